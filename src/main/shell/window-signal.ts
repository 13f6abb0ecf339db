import type { WindowRole } from '../../shared/domain.ts';
import type { Clock, WindowSignal } from '../ports.ts';

/** What the system says of one window when asked. */
export interface WindowLook {
  focused: boolean;
  /** DevTools of this window have the focus: someone is at it. */
  devToolsFocused: boolean;
  visible: boolean;
  minimised: boolean;
}

/** Why we look: `blur` and `hide` are news in themselves, the others only a reason to ask. */
export type WindowMoment = 'changed' | 'blur' | 'hide' | 'second_look';

/** Windows and X11 report a state late: a window may still call itself focused while it blurs. */
const SECOND_LOOK_MS = 100;
/** DevTools in a window of their own say when they get the focus, not when they lose it (ms). */
const DEVTOOLS_LOOK_MS = 1_000;

/**
 * The signal for the activity rule. A window that could not be asked (`look` null) counts as neither
 * focused nor visible, since a missed call is worse than an extra one.
 */
export function toSignal(
  window: { windowId: string; role: WindowRole },
  moment: WindowMoment,
  look: WindowLook | null,
): WindowSignal {
  const { windowId, role } = window;
  if (!look) return { windowId, role, focused: false, visible: false, minimised: false };
  const focused = look.devToolsFocused || (look.focused && moment !== 'blur' && moment !== 'hide');
  const visible = look.visible && moment !== 'hide';
  return { windowId, role, focused, visible, minimised: look.minimised };
}

const same = (a: WindowSignal, b: WindowSignal): boolean =>
  a.focused === b.focused && a.visible === b.visible && a.minimised === b.minimised;

/**
 * Watches one window: tells at once what an event says, and looks a second time ~100 ms after the last
 * event, since the first answer may have been stale. Repeats are not told.
 */
export function createWindowWatch(options: {
  window: { windowId: string; role: WindowRole };
  clock: Clock;
  /** Asks the system; may throw when the window is being destroyed. */
  look: () => WindowLook;
  tell: (signal: WindowSignal) => void;
}): { saw: (moment: Exclude<WindowMoment, 'second_look'>) => void; dispose: () => void } {
  const { window, clock, tell } = options;
  let last: WindowSignal | null = null;
  let cancel: (() => void) | null = null;

  const ask = (): WindowLook | null => {
    try {
      return options.look();
    } catch {
      return null; // a destroyed window throws: it counts as gone
    }
  };
  const lookAgain = (ms: number): void => {
    cancel?.();
    cancel = clock.after(ms, () => {
      cancel = null;
      if (report('second_look')?.devToolsFocused) lookAgain(DEVTOOLS_LOOK_MS);
    });
  };
  const report = (moment: WindowMoment): WindowLook | null => {
    const look = ask();
    const signal = toSignal(window, moment, look);
    if (!last || !same(last, signal)) {
      last = signal;
      tell(signal);
    }
    return look;
  };
  return {
    saw: (moment) => {
      report(moment);
      lookAgain(SECOND_LOOK_MS);
    },
    dispose: () => {
      cancel?.();
      cancel = null;
    },
  };
}
