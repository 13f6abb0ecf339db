import type { ActivityState, AwayReason } from '../../shared/domain.ts';
import type { Clock, WindowSignal } from '../ports.ts';

/** Everything the belief rests on. */
export interface ActivityInputs {
  windows: readonly WindowSignal[];
  locked: boolean;
  asleep: boolean;
  /** Seconds without input anywhere, or null when the system cannot say. */
  idleSeconds: number | null;
  /** Away after this many idle seconds; 0 is off. */
  idleLimitSeconds: number;
}

const WORDS: Record<AwayReason, string> = {
  no_window: 'Away: no window is open',
  not_focused: 'Away: no window focused',
  hidden: 'Away: all windows are hidden',
  minimised: 'Away: all windows are minimised',
  locked: 'Away: the screen is locked',
  idle: 'Away: no input for a while',
  asleep: 'Away: the computer is asleep',
  unknown: 'Away: Hark could not find out',
};
const ROLE_WORDS = { chat: 'chat', settings: 'settings', admin: 'admin' } as const;

type Judgement = { active: true; words: string } | { active: false; reason: AwayReason; words: string };

const away = (reason: AwayReason): Judgement => ({ active: false, reason, words: WORDS[reason] });

/**
 * Is the user looking? A window counts only while the system says it is focused, visible and not
 * minimised; lock, sleep and the user's own idle limit overrule it. Unknown idle time is no reason.
 */
export function judgeActivity(inputs: ActivityInputs): Judgement {
  if (inputs.asleep) return away('asleep');
  if (inputs.locked) return away('locked');
  if (inputs.windows.length === 0) return away('no_window');
  const looking = inputs.windows.find((w) => w.focused && w.visible && !w.minimised);
  if (!looking) {
    if (inputs.windows.every((w) => w.minimised)) return away('minimised');
    if (inputs.windows.every((w) => w.minimised || !w.visible)) return away('hidden');
    return away('not_focused');
  }
  const { idleSeconds, idleLimitSeconds } = inputs;
  if (idleLimitSeconds > 0 && idleSeconds !== null && idleSeconds >= idleLimitSeconds) return away('idle');
  return { active: true, words: `Looking: the ${ROLE_WORDS[looking.role]} window has focus` };
}

export interface Activity {
  state: () => ActivityState;
  windowChanged: (signal: WindowSignal) => void;
  windowClosed: (windowId: string) => void;
  setLocked: (locked: boolean) => void;
  setAsleep: (asleep: boolean) => void;
  /** null: the system cannot say. */
  setIdleSeconds: (seconds: number | null) => void;
  setIdleLimit: (seconds: number) => void;
}

/** Keeps the belief up to date from signals; `onChange` is called when it changes, never for a repeat. */
export function createActivity(options: {
  clock: Clock;
  onChange: (state: ActivityState) => void;
}): Activity {
  const windows = new Map<string, WindowSignal>();
  let locked = false;
  let asleep = false;
  let idleSeconds: number | null = null;
  let idleLimitSeconds = 0;

  const judge = (): Judgement =>
    judgeActivity({ windows: [...windows.values()], locked, asleep, idleSeconds, idleLimitSeconds });
  let current: ActivityState = { ...judge(), since: options.clock.now() };

  const update = (): void => {
    const next = judge();
    if (next.active === current.active && next.words === current.words) return;
    // "Away since" must not restart when only the reason for being away changes.
    const since = next.active === current.active ? current.since : options.clock.now();
    current = { ...next, since };
    options.onChange(current);
  };
  const set = (change: () => void) => (): void => {
    change();
    update();
  };

  return {
    state: () => current,
    windowChanged: (signal) => set(() => windows.set(signal.windowId, signal))(),
    windowClosed: (windowId) => set(() => windows.delete(windowId))(),
    setLocked: (value) => set(() => (locked = value))(),
    setAsleep: (value) => set(() => (asleep = value))(),
    setIdleSeconds: (value) => set(() => (idleSeconds = value))(),
    setIdleLimit: (value) => set(() => (idleLimitSeconds = value))(),
  };
}
