import { describe, expect, it } from 'vitest';
import { createToaster, idOfActivation, toastId } from '../../../src/main/shell/toasts.ts';
import type { NativeToast } from '../../../src/main/shell/toasts.ts';
import { FakeClock } from '../../support/fake-clock.ts';

type Happening = Parameters<NativeToast['on']>[0];

function toasting(options: { supported?: boolean; show?: () => void } = {}) {
  const clock = new FakeClock();
  const made: { id: string; closed: number; happen: (what: Happening, words?: string) => void }[] = [];
  const clicks: (string | null)[] = [];
  const toaster = createToaster({
    clock,
    supported: () => options.supported ?? true,
    clicked: (chatId) => clicks.push(chatId),
    make: ({ id }) => {
      const listeners: [Happening, (words?: string) => void][] = [];
      const native = {
        id,
        closed: 0,
        happen: (what: Happening, words?: string) => {
          for (const [name, listener] of listeners) if (name === what) listener(words);
        },
      };
      made.push(native);
      return {
        on: (what, listener) => void listeners.push([what, listener]),
        show: options.show ?? (() => undefined),
        close: () => {
          native.closed += 1;
          native.happen('close');
        },
      };
    },
  });
  const show = (key: string, chatId: string | null = key) =>
    toaster.show({ key, title: 'Ready', body: '', chatId });
  return { clock, made, clicks, toaster, show };
}

describe('the outcome', () => {
  it.each([
    ['show', undefined, { shown: true }],
    ['failed', 'blocked by policy', { shown: false, words: expect.stringContaining('blocked by policy') }],
    ['close', undefined, { shown: false, words: expect.stringContaining('closed') }],
  ] as const)('after %s', async (what, words, expected) => {
    const { made, show } = toasting();
    const outcome = show('a');
    made[0]?.happen(what, words);
    expect(await outcome).toEqual(expected);
  });
  it('is not waited for beyond 3 s', async () => {
    const { clock, show } = toasting();
    const outcome = show('a');
    clock.advance(3000);
    expect(await outcome).toMatchObject({ shown: false });
    expect(clock.pending).toBe(0);
  });
  it('is data when the system has no notifications or throws', async () => {
    expect(await toasting({ supported: false }).show('a')).toMatchObject({ shown: false });
    const throwing = toasting({
      show: () => {
        throw new Error('no bus');
      },
    });
    expect(await throwing.show('a')).toMatchObject({
      shown: false,
      words: expect.stringContaining('no bus'),
    });
  });
});

describe('clicks', () => {
  it('lead to the chat, once', () => {
    const { made, clicks, show } = toasting();
    void show('a', 'chat-1');
    made[0]?.happen('show');
    made[0]?.happen('click');
    made[0]?.happen('click');
    expect(clicks).toEqual(['chat-1']);
  });
  it('still lead to the chat after the toast has gone to the notification centre', () => {
    const { made, clicks, show } = toasting();
    void show('a', 'chat-1');
    made[0]?.happen('show');
    made[0]?.happen('close');
    made[0]?.happen('click');
    expect(clicks).toEqual(['chat-1']);
  });
  it('by id lead to the chat, of an unknown one to the window', () => {
    const { toaster, clicks, show } = toasting();
    void show('a', 'chat-1');
    toaster.activated(idOfActivation(`type=click&tag=${toastId('a')}`));
    toaster.activated(idOfActivation('from before a restart'));
    expect(clicks).toEqual(['chat-1', null]);
  });
});

describe('a key', () => {
  it('shown again replaces the earlier toast, whose click no longer counts', () => {
    const { made, clicks, show } = toasting();
    void show('a', 'old');
    void show('a', 'new');
    expect(made[0]?.closed).toBe(1);
    made[0]?.happen('click');
    made[1]?.happen('click');
    expect(clicks).toEqual(['new']);
  });
  it('of any length fits the 64 characters Windows takes', () => {
    expect(toastId('server'.repeat(50)).length).toBeLessThanOrEqual(64);
    expect(toastId('a')).not.toBe(toastId('b'));
  });
  it('is forgotten after 100 others, so that memory does not grow for ever', () => {
    const { made, clicks, show } = toasting();
    for (let index = 0; index <= 100; index += 1) void show(`key-${index}`);
    made[0]?.happen('click');
    made[1]?.happen('click');
    expect(clicks).toEqual(['key-1']);
  });
});
