import type { ReactNode } from 'react';
import { InsideMain } from './states.tsx';
import './pane.css';

/** A window with a navigation on the left (on top when narrow) and one page. */
export function Pane<T extends string>({
  label,
  sections,
  current,
  onGo,
  children,
}: {
  /** Name of the navigation for assistive software. */
  label: string;
  sections: readonly { id: T; title: string; icon: ReactNode }[];
  current: T;
  onGo: (id: T) => void;
  children: ReactNode;
}) {
  return (
    <div className="pane">
      <nav className="pane-nav" aria-label={label}>
        {sections.map((section) => (
          <button
            key={section.id}
            type="button"
            className="pane-nav-item"
            aria-current={section.id === current ? 'page' : undefined}
            onClick={() => onGo(section.id)}
          >
            {section.icon}
            {section.title}
          </button>
        ))}
      </nav>
      <main className="pane-main">
        <InsideMain value={true}>{children}</InsideMain>
      </main>
    </div>
  );
}

/** A part of a page under its own heading. */
export function Section({
  title,
  children,
  aside,
}: {
  title: string;
  children: ReactNode;
  aside?: ReactNode;
}) {
  return (
    <section className="section" aria-label={title}>
      <div className="row wrap">
        <h2 className="grow">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
