import { describe, expect, it } from 'vitest';
import type { WindowSignal } from '../../../src/main/ports.ts';
import { createWindowWatch, toSignal } from '../../../src/main/shell/window-signal.ts';
import type { WindowLook } from '../../../src/main/shell/window-signal.ts';
import {
  onCloseButton,
  parseWindowState,
  placeWindow,
  WINDOW_SIZES,
} from '../../../src/main/shell/window-state.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const window = { windowId: 'chat-1', role: 'chat' as const };
const look = (more: Partial<WindowLook> = {}): WindowLook => ({
  focused: true,
  devToolsFocused: false,
  visible: true,
  minimised: false,
  ...more,
});

describe('toSignal', () => {
  it.each([
    ['focus is the system’s word', 'changed', look(), true, true],
    ['a blur counts at once, though the window still calls itself focused', 'blur', look(), false, true],
    [
      'DevTools focus is focus, also while the page blurs',
      'blur',
      look({ devToolsFocused: true }),
      true,
      true,
    ],
    ['hidden is not visible, though the window is not told yet', 'hide', look(), false, false],
    ['a window that cannot be asked counts as away', 'changed', null, false, false],
  ] as const)('%s', (_name, moment, seen, focused, visible) => {
    expect(toSignal(window, moment, seen)).toMatchObject({ focused, visible });
  });
});

describe('createWindowWatch', () => {
  function watching(first: WindowLook) {
    const clock = new FakeClock();
    const told: WindowSignal[] = [];
    let now: WindowLook | Error = first;
    const watch = createWindowWatch({
      window,
      clock,
      tell: (signal) => told.push(signal),
      look: () => {
        if (now instanceof Error) throw now;
        return now;
      },
    });
    return {
      clock,
      watch,
      become: (next: WindowLook | Error) => (now = next),
      focus: () => told.map((signal) => signal.focused),
    };
  }

  it('tells a blur at once and nothing new when the second look agrees', () => {
    const { clock, watch, become, focus } = watching(look());
    watch.saw('changed');
    become(look({ focused: false }));
    watch.saw('blur');
    expect(focus()).toEqual([true, false]);
    clock.advance(1000);
    expect(focus()).toEqual([true, false]);
  });
  it('takes back a passing blur after the second look', () => {
    const { clock, watch, focus } = watching(look());
    watch.saw('changed');
    watch.saw('blur'); // a menu opened: the window has the focus again by the second look
    clock.advance(99);
    expect(focus()).toEqual([true, false]);
    clock.advance(1);
    expect(focus()).toEqual([true, false, true]);
  });
  it('finds out that the first answer was stale', () => {
    const { clock, watch, become, focus } = watching(look());
    watch.saw('changed');
    become(look({ focused: false }));
    clock.advance(100);
    expect(focus()).toEqual([true, false]);
  });
  it('counts a destroyed window as away', () => {
    const { clock, watch, become, focus } = watching(look());
    watch.saw('changed');
    become(new Error('Object has been destroyed'));
    clock.advance(100);
    expect(focus()).toEqual([true, false]);
  });
  it('keeps looking while detached DevTools have the focus: losing it is no event', () => {
    const { clock, watch, become, focus } = watching(look({ focused: false, devToolsFocused: true }));
    watch.saw('changed');
    clock.advance(5000);
    become(look({ focused: false }));
    clock.advance(1000);
    expect(focus()).toEqual([true, false]);
  });
  it('is silent after dispose', () => {
    const { clock, watch, become, focus } = watching(look());
    watch.saw('changed');
    watch.dispose();
    become(look({ focused: false }));
    clock.advance(5000);
    expect(focus()).toEqual([true]);
  });
});

describe('placeWindow', () => {
  const primary = { x: 0, y: 25, width: 1440, height: 875 };
  const left = { x: -1920, y: 0, width: 1920, height: 1080 };
  const state = { x: 100, y: 100, width: 900, height: 600, maximised: false };

  it.each([
    ['keeps a place on the screen', state, [primary], { x: 100, y: 100, width: 900, height: 600 }],
    ['keeps one on a screen to the left', { ...state, x: -1500 }, [primary, left], { x: -1500 }],
    ['centres one on a screen that is gone', { ...state, x: -1500 }, [primary], { x: undefined, width: 900 }],
    ['centres one whose title bar is above the screen', { ...state, y: -300 }, [primary], { x: undefined }],
    ['centres one under the menu bar', { ...state, y: 0 }, [primary], { x: undefined }],
    ['centres one of which only a sliver is left', { ...state, x: 1400 }, [primary], { x: undefined }],
    [
      'is not larger than the screen',
      { ...state, x: 0, width: 4000, height: 3000 },
      [primary],
      { x: 0, width: 1440, height: 875 },
    ],
    [
      'is not smaller than its least size',
      { ...state, width: 130, height: 40 },
      [primary],
      { width: 420, height: 420 },
    ],
    [
      'has a first size',
      null,
      [primary],
      { x: undefined, width: WINDOW_SIZES.chat.width, height: WINDOW_SIZES.chat.height },
    ],
    [
      'fits a small screen the first time',
      null,
      [{ ...primary, width: 1000, height: 600 }],
      { width: 1000, height: 600 },
    ],
    ['copes without any screen', state, [], { x: undefined, width: 900 }],
    ['remembers that it was maximised', { ...state, maximised: true }, [primary], { maximised: true }],
  ] as const)('%s', (_name, stored, areas, expected) => {
    const place = placeWindow('chat', stored, areas);
    for (const [key, value] of Object.entries(expected))
      expect(place[key as keyof typeof place], key).toBe(value);
  });

  it.each([
    ['nothing', undefined],
    ['text', '{"x":1}'],
    ['a missing size', { x: 1, y: 1, width: 3 }],
    ['not a number', { x: Number.NaN, y: 0, width: 100, height: 100 }],
    ['beyond all screens', { x: 1e9, y: 0, width: 100, height: 100 }],
    ['no size', { x: 0, y: 0, width: 0, height: 100 }],
  ])('ignores a stored state of %s', (_name, stored) => expect(parseWindowState(stored)).toBeNull());

  it('rounds: Electron throws at fractions', () => {
    expect(parseWindowState({ x: 0.4, y: 1.6, width: 99.5, height: 100 })).toEqual({
      x: 0,
      y: 2,
      width: 100,
      height: 100,
      maximised: false,
    });
  });
});

describe('onCloseButton', () => {
  it('keeps the chat window only while the app goes on, or it could never quit', () => {
    expect(onCloseButton('chat', { quitting: false })).toBe('hide');
    expect(onCloseButton('chat', { quitting: true })).toBe('close');
    expect(onCloseButton('settings', { quitting: false })).toBe('close');
  });
});
