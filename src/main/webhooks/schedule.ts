import type { HttpFault } from '../ports.ts';

/**
 * Delay before the next try, by tries already counted; the last one repeats until the notice expires.
 * Source: Svix's schedule (5 s, 5 min, 30 min, 2 h, …), made denser at its start for a personal notifier.
 */
export const RETRY_DELAYS_MS = [5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000] as const;
/** ±20 %, so that many clients of one receiver do not come back in step. */
export const JITTER = 0.2;
/** A connection that failed faster than this is tried once more at once. Source: Svix. */
export const INSTANT_RETRY_BELOW_MS = 1_000;
/** Wait while the network is away; a wake or "online" ends it sooner. */
export const OFFLINE_DELAY_MS = 60_000;
/** The last try is made this long before the notice expires. */
const LAST_CHANCE_MS = 1_000;
/** A last try closer than this to the one before is not worth making. */
const LAST_CHANCE_APART_MS = 5_000;
/** Added to Retry-After, since a receiver's clock and timer are not ours. */
const RETRY_AFTER_MARGIN_MS = 250;
/** From this try on a Retry-After shorter than the schedule no longer quickens it. */
const PATIENT_FROM = 4;

/** Delay in ms after the `tries`-th counted try (1, 2, …); `random` gives [0, 1). */
export function retryDelay(tries: number, random: () => number): number {
  const index = Math.min(Math.max(1, tries), RETRY_DELAYS_MS.length) - 1;
  const base = RETRY_DELAYS_MS[index] ?? RETRY_DELAYS_MS[0];
  return Math.round(base * (1 - JITTER + 2 * JITTER * random()));
}

/** When to try next, and the delay that led to it; or that there will be no next try. Times in ms. */
export type NextTry = { again: true; at: number; delayMs: number } | { again: false };

/**
 * The next try after a failed one.
 * With `afterMs` (Retry-After) never sooner than that, and over when it lies beyond the expiry.
 * Without, the schedule's delay; when that lies beyond the expiry, one last try just before it.
 */
export function nextTry(
  input: { now: number; tries: number; expiresAt: number; afterMs?: number },
  random: () => number,
): NextTry {
  const { now, tries, expiresAt, afterMs } = input;
  const scheduled = retryDelay(tries, random);
  if (afterMs !== undefined && afterMs > 0) {
    const asked = Math.ceil(afterMs) + RETRY_AFTER_MARGIN_MS;
    const delayMs = tries >= PATIENT_FROM ? Math.max(asked, scheduled) : asked;
    if (now + delayMs < expiresAt) return { again: true, at: now + delayMs, delayMs };
    return now + asked < expiresAt ? { again: true, at: now + asked, delayMs: asked } : { again: false };
  }
  if (now + scheduled < expiresAt) return { again: true, at: now + scheduled, delayMs: scheduled };
  const delayMs = expiresAt - LAST_CHANCE_MS - now;
  return delayMs >= LAST_CHANCE_APART_MS ? { again: true, at: now + delayMs, delayMs } : { again: false };
}

/** True when a failed connection should be tried once more at once: nothing was sent, and it failed quickly. */
export function deservesInstantRetry(fault: HttpFault): boolean {
  return (
    !fault.sent &&
    fault.latencyMs < INSTANT_RETRY_BELOW_MS &&
    (fault.failure === 'refused' || fault.failure === 'reset' || fault.failure === 'unreachable')
  );
}
