import type { Clock } from './ports.ts';

/** The machine's own time: Date for the wall clock, performance.now for differences, setTimeout for timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, run) => {
    // setTimeout reads anything above 2^31-1 as 1 ms.
    const timer = setTimeout(run, Math.min(Math.max(0, ms), 2_147_483_647));
    return () => clearTimeout(timer);
  },
};
