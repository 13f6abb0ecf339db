import { describe, expect, it } from 'vitest';
import { createActivity, judgeActivity, type ActivityInputs } from '../../../src/main/activity/activity.ts';
import type { WindowSignal } from '../../../src/main/ports.ts';
import type { ActivityState } from '../../../src/shared/domain.ts';

const win = (over: Partial<WindowSignal> = {}): WindowSignal => ({
  windowId: 'w1',
  role: 'chat',
  focused: true,
  visible: true,
  minimised: false,
  ...over,
});
const inputs = (over: Partial<ActivityInputs> = {}): ActivityInputs => ({
  windows: [win()],
  locked: false,
  asleep: false,
  idleSeconds: null,
  idleLimitSeconds: 0,
  ...over,
});

describe('judgeActivity', () => {
  const cases: [name: string, inputs: ActivityInputs, expected: true | string][] = [
    ['one focused window', inputs(), true],
    ['no window at all', inputs({ windows: [] }), 'no_window'],
    ['open but not focused', inputs({ windows: [win({ focused: false })] }), 'not_focused'],
    ['focused by a stale flag, but minimised', inputs({ windows: [win({ minimised: true })] }), 'minimised'],
    ['focused by a stale flag, but hidden', inputs({ windows: [win({ visible: false })] }), 'hidden'],
    [
      'the settings window has focus, not the chat',
      inputs({ windows: [win({ focused: false }), win({ windowId: 'w2', role: 'settings' })] }),
      true,
    ],
    [
      'one minimised, one merely unfocused',
      inputs({
        windows: [win({ minimised: true, focused: false }), win({ windowId: 'w2', focused: false })],
      }),
      'not_focused',
    ],
    ['focused but locked', inputs({ locked: true }), 'locked'],
    ['focused but asleep', inputs({ asleep: true }), 'asleep'],
    ['idle beyond the limit', inputs({ idleSeconds: 60, idleLimitSeconds: 60 }), 'idle'],
    ['idle below the limit', inputs({ idleSeconds: 59, idleLimitSeconds: 60 }), true],
    ['idle limit off', inputs({ idleSeconds: 9999, idleLimitSeconds: 0 }), true],
    ['idle time unknown with a limit set', inputs({ idleSeconds: null, idleLimitSeconds: 60 }), true],
  ];
  it.each(cases)('%s', (_name, given, expected) => {
    const result = judgeActivity(given);
    expect(result.active ? true : result.reason).toBe(expected);
  });
});

describe('createActivity', () => {
  it('keeps "away since" when only the reason changes, and tells each change once', () => {
    let now = 1000;
    const changes: ActivityState[] = [];
    const activity = createActivity({
      clock: { now: () => now, monotonic: () => now, after: () => () => undefined },
      onChange: (state) => changes.push(state),
    });
    activity.windowChanged(win());
    now = 2000;
    activity.windowChanged(win({ focused: false }));
    now = 3000;
    activity.windowChanged(win({ focused: false }));
    activity.setLocked(true);
    expect(activity.state()).toMatchObject({ active: false, reason: 'locked', since: 2000 });
    expect(changes.map((c) => c.words)).toEqual([
      'Looking: the chat window has focus',
      'Away: no window focused',
      'Away: the screen is locked',
    ]);
  });

  it('a lost focused window means nobody looks', () => {
    const activity = createActivity({
      clock: { now: () => 0, monotonic: () => 0, after: () => () => undefined },
      onChange: () => undefined,
    });
    activity.windowChanged(win());
    activity.windowClosed('w1');
    expect(activity.state()).toMatchObject({ active: false, reason: 'no_window' });
  });
});
