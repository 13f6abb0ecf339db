import type { DatabaseSync } from 'node:sqlite';
import { inTransaction, sqliteCode } from '../db/open.ts';
import type { Clock, Logger } from '../ports.ts';

/** One change to be written down; `apply` may throw, the others must not. */
export interface Change {
  /** Writes; runs inside the transaction, and again if that had to be taken back. */
  apply: () => void;
  /** The transaction was taken back: undo what `apply` did in memory. */
  undo: () => void;
  /** It is on disk. */
  done: () => void;
}

export interface Committer {
  add: (change: Change) => void;
  /** Asks for a turn although there is nothing to write yet: there may be something to claim. */
  soon: () => void;
  /** Commits now. False when the disk would not take it; it is tried again later. */
  flush: () => boolean;
  /** Nothing waits to be written. */
  readonly empty: boolean;
}

/** Below this a commit is so quick that gathering would only cost. */
const WORTH_WAITING_MS = 2;
const MOST_PATIENCE_MS = 20;
/** In commits: long enough for sixteen sends to end together on a busy machine (measured by delivery.bench.ts). */
const PATIENCE = 4;
const RETRY_MS = [1_000, 5_000, 30_000] as const;

/**
 * Group commit: everything that comes in during one turn of the event loop is written in one transaction, so that
 * many targets share one flush of the disk. `claim` runs last in the same transaction and names what is sent next;
 * its `launch` is called only once that is on disk.
 */
export function createCommitter(deps: {
  db: DatabaseSync;
  clock: Clock;
  log: Logger;
  claim: () => { launch: () => void; undo: () => void } | null;
  /** Whether `claim` would find anything; saves an empty transaction. */
  wantsClaim: () => boolean;
  /** Sends under way that may end soon, those whose result waits here included. */
  underWay: () => number;
  /** After every flush. */
  after: () => void;
}): Committer {
  const { db, clock, log } = deps;
  let waiting: Change[] = [];
  let scheduled = false;
  let failures = 0;
  let retry: (() => void) | null = null;
  let patient: (() => void) | null = null;
  /** What a commit takes lately: the disk's flush, for the most part. */
  let commitMs = 0;

  const soon = (): void => {
    // While the disk refuses, only the retry's timer may try.
    if (scheduled || retry !== null) return;
    scheduled = true;
    setImmediate(flush);
  };
  /** On a slow disk, waits a few commits long for the sends still under way, so that they share the next one. */
  const gather = (): void => {
    const patience = Math.min(PATIENCE * commitMs, MOST_PATIENCE_MS);
    if (patience < WORTH_WAITING_MS || waiting.length >= deps.underWay()) return soon();
    if (!scheduled) patient ??= clock.after(patience, soon);
  };

  const flush = (): boolean => {
    scheduled = false;
    patient?.();
    patient = null;
    if (!db.isOpen) return false;
    if (waiting.length === 0 && !deps.wantsClaim()) return true;
    retry?.();
    retry = null;
    const batch = waiting;
    waiting = [];
    let claimed: ReturnType<typeof deps.claim> = null;
    let applied = 0;
    const started = clock.monotonic();
    try {
      inTransaction(db, () => {
        for (const change of batch) {
          applied += 1;
          change.apply();
        }
        claimed = deps.claim();
      });
    } catch (error) {
      undoClaim(claimed);
      for (const change of batch.slice(0, applied)) change.undo();
      return failed(batch, error);
    }
    failures = 0;
    commitMs += (clock.monotonic() - started - commitMs) / 8;
    for (const change of batch) change.done();
    launchClaim(claimed);
    deps.after();
    return true;
  };

  const failed = (batch: Change[], error: unknown): boolean => {
    // SQLITE_ERROR, CONSTRAINT, MISMATCH, RANGE or no database error at all: one change is at fault, not the disk.
    const oneIsAtFault = [0, 1, 19, 20, 25].includes(sqliteCode(error));
    if (oneIsAtFault && batch.length > 0) {
      for (const change of batch) {
        try {
          inTransaction(db, change.apply);
        } catch (inner) {
          log.error('a result could not be written down; the row is sent again at the next start', {
            error: inner,
          });
        }
        change.done();
      }
      deps.after();
      return false;
    }
    waiting = [...batch, ...waiting];
    const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 30_000;
    failures += 1;
    log.error('the outbox could not be written; it is tried again', { error, inMs: wait, failures });
    retry = clock.after(wait, () => {
      retry = null;
      flush();
    });
    return false;
  };

  return {
    add: (change) => {
      waiting.push(change);
      gather();
    },
    soon,
    flush,
    get empty() {
      return waiting.length === 0;
    },
  };
}

// Apart, because TypeScript cannot see that the transaction's callback assigned the variable.
function undoClaim(claimed: { undo: () => void } | null): void {
  claimed?.undo();
}
function launchClaim(claimed: { launch: () => void } | null): void {
  claimed?.launch();
}
