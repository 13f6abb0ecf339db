import type { Clock } from '../ports.ts';

/**
 * Asks the system at intervals for what it has no event for, at once when turned on, and tells of changes.
 * A reading that throws counts as `failed`.
 */
export function createPoll<T>(options: {
  clock: Clock;
  everyMs: number;
  read: () => T;
  failed: T;
  tell: (value: T) => void;
}): { set: (on: boolean) => void; now: () => void } {
  let last: { value: T } | null = null;
  let cancel: (() => void) | null = null;

  const look = (): void => {
    let value: T;
    try {
      value = options.read();
    } catch {
      value = options.failed; // the system cannot say
    }
    if (last?.value === value) return;
    last = { value };
    options.tell(value);
  };
  const tick = (): void => {
    cancel = options.clock.after(options.everyMs, tick);
    look();
  };
  return {
    now: look,
    set: (on) => {
      if (on && !cancel) tick();
      if (!on && cancel) {
        cancel();
        cancel = null;
        last = null;
      }
    },
  };
}
