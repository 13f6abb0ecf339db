import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  deservesInstantRetry,
  nextTry,
  RETRY_DELAYS_MS,
  retryDelay,
} from '../../../src/main/webhooks/schedule.ts';
import type { HttpFailure } from '../../../src/main/ports.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const middle = () => 0.5;

describe('the schedule of tries', () => {
  test.each([
    [1, 5 * SECOND],
    [2, 30 * SECOND],
    [3, 2 * MINUTE],
    [4, 10 * MINUTE],
    [5, 30 * MINUTE],
    [6, 2 * HOUR],
    [7, 2 * HOUR],
    [50, 2 * HOUR],
  ])('after try %i waits %i ms in the middle of its jitter', (tries, ms) => {
    expect(retryDelay(tries, middle)).toBe(ms);
  });

  test('jitter stays within 20 % and reaches both ends', () => {
    expect(retryDelay(1, () => 0)).toBe(4_000);
    expect(retryDelay(1, () => 0.999999)).toBe(6_000);
  });

  test('a notice of 24 hours is tried 17 times, not hundreds', () => {
    let now = 0;
    let tries = 1;
    for (;;) {
      const next = nextTry({ now, tries, expiresAt: 24 * HOUR }, middle);
      if (!next.again) break;
      now = next.at;
      tries += 1;
    }
    expect(tries).toBe(18);
    expect(now).toBe(24 * HOUR - SECOND); // the last chance
  });

  const table: [string, Parameters<typeof nextTry>[0], ReturnType<typeof nextTry>][] = [
    ['first failure', { now: 0, tries: 1, expiresAt: HOUR }, { again: true, at: 5_000, delayMs: 5_000 }],
    [
      'the schedule reaches beyond the expiry: one last try just before it',
      { now: 0, tries: 6, expiresAt: HOUR },
      { again: true, at: HOUR - SECOND, delayMs: HOUR - SECOND },
    ],
    ['too close to the expiry for a last try', { now: 0, tries: 1, expiresAt: 4_000 }, { again: false }],
    [
      'Retry-After is kept with a margin, not shortened by jitter',
      { now: 0, tries: 1, expiresAt: HOUR, afterMs: 60_000 },
      { again: true, at: 60_250, delayMs: 60_250 },
    ],
    [
      'a short Retry-After quickens an early try',
      { now: 0, tries: 2, expiresAt: HOUR, afterMs: 1_000 },
      { again: true, at: 1_250, delayMs: 1_250 },
    ],
    [
      'but not for ever: later the schedule is the pace',
      { now: 0, tries: 4, expiresAt: HOUR, afterMs: 1_000 },
      { again: true, at: 10 * MINUTE, delayMs: 10 * MINUTE },
    ],
    [
      'Retry-After beyond the expiry ends it',
      { now: 0, tries: 1, expiresAt: HOUR, afterMs: HOUR },
      { again: false },
    ],
    [
      'Retry-After: 0 means the schedule',
      { now: 0, tries: 1, expiresAt: HOUR, afterMs: 0 },
      { again: true, at: 5_000, delayMs: 5_000 },
    ],
  ];
  test.each(table)('%s', (_name, input, expected) => {
    expect(nextTry(input, middle)).toEqual(expected);
  });

  test('whatever comes in, the next try is before the expiry and not before Retry-After is over', () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.integer({ min: 1, max: 8 * 24 * HOUR }),
        fc.option(fc.nat(10 * 24 * HOUR), { nil: undefined }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (tries, expiresAt, afterMs, random) => {
          const next = nextTry({ now: 0, tries: tries + 1, expiresAt, afterMs }, () => random);
          if (!next.again) return;
          expect(next.at).toBeLessThan(expiresAt);
          expect(next.at).toBeGreaterThanOrEqual(afterMs ?? 0);
          expect(next.delayMs).toBeGreaterThan(0);
          expect(next.delayMs).toBeLessThanOrEqual(
            Math.max(...RETRY_DELAYS_MS.map((ms) => 1.2 * ms), (afterMs ?? 0) + 250),
          );
        },
      ),
    );
  });
});

describe('the instant second try', () => {
  const cases: [HttpFailure, boolean, number, boolean][] = [
    ['refused', false, 3, true],
    ['reset', false, 999, true],
    ['unreachable', false, 100, true],
    ['refused', false, 1_000, false],
    ['reset', true, 3, false],
    ['timeout', true, 3, false],
    ['certificate', false, 3, false],
    ['name_not_found', false, 3, false],
    ['offline', false, 3, false],
    ['refused_address', false, 3, false],
    ['proxy', false, 3, false],
  ];
  test.each(cases)('%s, sent %s, %i ms: %s', (failure, sent, latencyMs, expected) => {
    expect(deservesInstantRetry({ failure, sent, latencyMs, words: '' })).toBe(expected);
  });
});
