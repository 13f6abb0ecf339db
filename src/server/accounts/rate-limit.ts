import type { Clock } from '../../main/ports.ts';

export interface RateRule {
  /** Tries allowed … */
  max: number;
  /** … in this many ms. */
  windowMs: number;
}

export interface RateLimiter {
  /** Seconds to wait before the next try; 0 when one is allowed now. */
  waitSeconds: (key: string) => number;
  /** Counts a try. */
  count: (key: string) => void;
  /** Forgets a key, after success. */
  clear: (key: string) => void;
}

/** Beyond this many keys the oldest are forgotten, so that made-up keys cannot fill memory. */
const MAX_KEYS = 10_000;

/** Counts tries per key in a sliding window, by the clock that never goes back. */
export function createRateLimiter(rule: RateRule, clock: Clock): RateLimiter {
  const tries = new Map<string, number[]>();
  const recent = (key: string): number[] => {
    const since = clock.monotonic() - rule.windowMs;
    return (tries.get(key) ?? []).filter((at) => at > since);
  };
  return {
    waitSeconds: (key) => {
      const list = recent(key);
      const oldest = list[list.length - rule.max];
      if (oldest === undefined) return 0;
      return Math.max(1, Math.ceil((oldest + rule.windowMs - clock.monotonic()) / 1000));
    },
    count: (key) => {
      const list = [...recent(key), clock.monotonic()].slice(-rule.max);
      tries.delete(key);
      tries.set(key, list);
      if (tries.size <= MAX_KEYS) return;
      const [first] = tries.keys();
      if (first !== undefined) tries.delete(first);
    },
    clear: (key) => void tries.delete(key),
  };
}
