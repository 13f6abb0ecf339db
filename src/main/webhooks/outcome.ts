import type { AttemptWhy } from '../../shared/webhooks.ts';
import type { OutboxRow, RowChange } from './outbox.ts';
import { nextTry, type NextTry, OFFLINE_DELAY_MS, retryDelay } from './schedule.ts';
import type { Tried } from './sender.ts';

/** Wait before a try that cost nothing is made again, ms. */
const FREE_DELAY_MS = 5_000;
/** Shortest wait after a receiver said "too many" without saying how long, ms. */
const THROTTLED_MS = 5_000;

/** What a send meant for its rows, before each row's own expiry is looked at. Durations in ms. */
export type Conclusion =
  | { kind: 'delivered'; words: string }
  | {
      kind: 'again';
      words: string;
      /** False when the try is free: offline, or just after a wake. */
      counted: boolean;
      /** Retry-After. */
      afterMs?: number;
      /** A wait that overrides the schedule. */
      fixedMs?: number;
      /** The whole target is to be left alone meanwhile. */
      throttled: boolean;
      maybe: boolean;
      network: boolean;
    }
  | { kind: 'failed'; words: string }
  | { kind: 'gone'; words: string }
  /** Hark stopped the exchange itself. */
  | { kind: 'interrupted'; maybe: boolean };

/** Reads the last request of a send. `network`: whether it is there, and whether it has only just come back. */
export function conclude(last: Tried, network: { online: boolean; justBack: boolean }): Conclusion {
  const { result, words } = last;
  switch (result.kind) {
    case 'delivered':
      return { kind: 'delivered', words };
    case 'gone':
      return { kind: 'gone', words };
    case 'failed':
    case 'rejected':
      return { kind: 'failed', words };
    case 'retry':
      return {
        kind: 'again',
        words,
        counted: true,
        ...(result.afterMs === undefined ? {} : { afterMs: result.afterMs }),
        throttled: last.status === 429 || (result.afterMs ?? 0) > 0,
        // 5xx and 408 come from something that did have the request, but said no.
        maybe: false,
        network: false,
      };
    case 'fault': {
      const { failure, sent } = result.fault;
      if (failure === 'aborted') return { kind: 'interrupted', maybe: sent };
      const away = failure === 'offline' || !network.online;
      const free = away || (network.justBack && !sent);
      return {
        kind: 'again',
        words,
        counted: !free,
        ...(free ? { fixedMs: away ? OFFLINE_DELAY_MS : FREE_DELAY_MS } : {}),
        throttled: false,
        maybe: sent,
        network: true,
      };
    }
  }
}

/** The wait a throttled target asks of every row, ms; null when it asks nothing. */
export function throttleMs(conclusion: Conclusion, tries: number, random: () => number): number | null {
  if (conclusion.kind !== 'again' || !conclusion.throttled) return null;
  return conclusion.afterMs ?? Math.max(THROTTLED_MS, retryDelay(tries, random));
}

/** What becomes of one row of a send that carried `together` rows. */
export function changeOf(
  row: OutboxRow,
  conclusion: Conclusion,
  at: { now: number; together: number; plain: boolean; random: () => number },
): RowChange {
  const { now, together, plain, random } = at;
  const base = {
    nextAt: null,
    delayMs: 0,
    tries: row.tries + 1,
    plain,
    maybe: false,
    network: false,
    why: row.why,
  };
  switch (conclusion.kind) {
    case 'delivered': {
      const others = together - 1;
      const folded = others > 0 ? `Told together with ${others} other${others === 1 ? '' : 's'}. ` : '';
      return { ...base, state: 'delivered', reason: folded + conclusion.words };
    }
    case 'failed':
    case 'gone':
      return { ...base, state: 'failed', reason: conclusion.words };
    case 'interrupted': {
      const maybe = conclusion.maybe || row.maybe;
      return {
        ...base,
        state: 'queued',
        reason: `Hark was closing while this was being sent${conclusion.maybe ? '; it may have arrived' : ''}. It is sent at the next start.`,
        nextAt: Math.min(row.dueSince, now),
        tries: row.tries,
        maybe,
      };
    }
    case 'again': {
      const { counted, fixedMs, afterMs, words } = conclusion;
      const tries = counted ? row.tries + 1 : row.tries;
      const next: NextTry =
        fixedMs === undefined
          ? nextTry({ now, tries, expiresAt: row.expiresAt, afterMs }, random)
          : // A try that cost nothing does not end a notice either: it waits until its time is over.
            { again: true, at: Math.min(now + fixedMs, row.expiresAt), delayMs: fixedMs };
      const { maybe, network } = conclusion;
      const shared = { ...base, tries, maybe, network, why: nextWhy(row.why) };
      if (next.again)
        return {
          ...shared,
          state: 'queued',
          reason: `${words} ${counted ? 'It is tried again.' : 'It is tried again when the network is back.'}`,
          nextAt: next.at,
          delayMs: next.delayMs,
        };
      const why =
        afterMs !== undefined && afterMs > 0
          ? `${words} It asked to wait longer than this notice keeps.`
          : `${words} Its time ran out after ${tries} ${tries === 1 ? 'try' : 'tries'}.`;
      return { ...shared, state: maybe ? 'unknown' : 'expired', reason: why };
    }
  }
}

/** By hand is the one try asked for; what follows is the schedule's. */
function nextWhy(why: AttemptWhy): AttemptWhy {
  return why === 'manual' ? 'automatic' : why;
}
