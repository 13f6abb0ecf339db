import type { ReactNode } from 'react';
import type { AppError } from '../../shared/result.ts';
import { Button } from './button.tsx';

/** A place with nothing in it (yet): words, and a way on. */
export function StatePanel({
  title,
  children,
  action,
  icon,
  page = false,
  live = false,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
  /** Fills the whole window and is its heading. */
  page?: boolean;
  live?: boolean;
}) {
  const Heading = page ? 'h1' : 'h2';
  return (
    <div className={`state ${page ? 'page' : ''}`} role={live ? 'status' : undefined}>
      {icon}
      <Heading>{title}</Heading>
      {children !== undefined && <div className="muted stack">{children}</div>}
      {action !== undefined && <div className="row wrap">{action}</div>}
    </div>
  );
}

/** Something is being fetched. */
export function Loading({ words = 'Loading…', page = false }: { words?: string; page?: boolean }) {
  return (
    <div className={`state ${page ? 'page' : ''}`} role="status">
      <span className="spinner" aria-hidden="true" />
      <span className="muted">{words}</span>
    </div>
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
