import { describe, expect, it } from 'vitest';
import { ok } from '../../../src/shared/result.ts';
import { createBridge } from '../../../src/main/shell/bridge.ts';

function bridge(invoke: (route: string, input: unknown) => Promise<unknown> = async () => ok(null)) {
  let hear: (event: string, data: unknown) => void = () => undefined;
  const made = createBridge({ invoke, listen: (listener) => (hear = listener) });
  return { ...made, hear: (event: string, data: unknown) => hear(event, data) };
}

describe('request', () => {
  it('passes the route, the input and the answer on', async () => {
    const { request } = bridge(async (route, input) => ok({ route, input }));
    expect(await request('chat.get', { id: '1' })).toEqual(ok({ route: 'chat.get', input: { id: '1' } }));
  });
  it.each([
    ['a rejection', () => Promise.reject(new Error('No handler registered'))],
    ['nothing', () => Promise.resolve(undefined)],
    ['another shape', () => Promise.resolve({ ok: 'yes' })],
  ])('turns %s into a value', async (_name, invoke) => {
    const answer = await bridge(invoke).request('model.list', {});
    expect(answer.ok ? null : answer.error.code).toBe('INTERNAL');
  });
});

describe('on', () => {
  it('reaches every listener until it unsubscribes, each subscription on its own', () => {
    const { on, hear } = bridge();
    const heard: string[] = [];
    const listener = (): void => void heard.push('a');
    const stop = on('chats.changed', listener);
    on('chats.changed', listener);
    on('targets.changed', () => heard.push('other'));
    hear('chats.changed', {});
    expect(heard).toEqual(['a', 'a']);
    stop();
    hear('chats.changed', {});
    expect(heard).toEqual(['a', 'a', 'a']);
  });
  it('lets a listener unsubscribe itself without losing the next one its event', () => {
    const { on, hear } = bridge();
    const heard: string[] = [];
    const stop = on('chats.changed', () => {
      heard.push('once');
      stop();
    });
    on('chats.changed', () => heard.push('second'));
    hear('chats.changed', {});
    expect(heard).toEqual(['once', 'second']);
  });
  it('keeps the last order to navigate for a page that is still starting, and gives it once', () => {
    const { on, hear } = bridge();
    hear('navigate', { chatId: 'first' });
    hear('navigate', { chatId: 'last' });
    hear('chats.changed', {});
    const heard: unknown[] = [];
    on('chats.changed', (data) => heard.push(data));
    on('navigate', (data) => heard.push(data));
    on('navigate', (data) => heard.push(data));
    expect(heard).toEqual([{ chatId: 'last' }]);
  });
});
