import { createContext, use } from 'react';
import type { ReactNode } from 'react';
import type { AppError } from '../../shared/result.ts';
import { Button } from './button.tsx';

/** True below a <main>: a state that fills the place is then no landmark of its own. */
export const InsideMain = createContext(false);

/** A place with nothing in it (yet): words, and a way on. */
export function StatePanel({
  title,
  children,
  action,
  icon,
  page = false,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
  /** Fills the whole window and is its heading. */
  page?: boolean;
}) {
  const Heading = page ? 'h1' : 'h2';
  const Frame = page && !use(InsideMain) ? 'main' : 'div';
  return (
    <Frame className={`state ${page ? 'page' : ''}`}>
      {icon}
      <Heading>{title}</Heading>
      {children !== undefined && <div className="muted stack">{children}</div>}
      {action !== undefined && <div className="row wrap">{action}</div>}
    </Frame>
  );
}

/** Something is being fetched. */
export function Loading({ words = 'Loading…', page = false }: { words?: string; page?: boolean }) {
  const Frame = page && !use(InsideMain) ? 'main' : 'div';
  return (
    <Frame className={`state ${page ? 'page' : ''}`}>
      <span className="spinner" aria-hidden="true" />
      <span className="muted" role="status">
        {words}
      </span>
    </Frame>
  );
}

/** A request failed: its words and Retry. */
export function FailurePanel({
  error,
  onRetry,
  busy,
}: {
  error: AppError;
  onRetry: () => void;
  busy?: boolean;
}) {
  return (
    <div className="card bad stack" role="alert">
      <p>{error.message}</p>
      <div>
        <Button onClick={onRetry} busy={busy}>
          Retry
        </Button>
      </div>
    </div>
  );
}
