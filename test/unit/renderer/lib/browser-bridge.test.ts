import { describe, expect, test } from 'vitest';
import { createBrowserBridge } from '../../../../src/renderer/lib/browser-bridge.ts';
import type { BridgeEnvironment, BridgeSocket } from '../../../../src/renderer/lib/browser-bridge.ts';

type Frame = Record<string, unknown>;

class FakeSocket implements BridgeSocket {
  onopen: (() => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  sent: Frame[] = [];
  send(frame: string): void {
    this.sent.push(JSON.parse(frame) as Frame);
  }
  close(): void {
    this.onclose?.({ code: 1000 });
  }
  receive(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }
}

/** A page whose time, focus and sockets are the test's. */
function fakePage() {
  const sockets: FakeSocket[] = [];
  const timers: { ms: number; run: () => void; cancelled: boolean }[] = [];
  const page = {
    sockets,
    timers,
    reloads: 0,
    reloaded: false,
    look: { focused: true, visible: true },
    lookChanged: (_kind: 'focus' | 'blur' | 'visibility' | 'hide'): void => undefined,
    wake: (): void => undefined,
    every: { ms: 0, run: (): void => undefined },
    last: (): FakeSocket => sockets.at(-1)!,
    /** Runs the newest timer that is not cancelled and gives its delay. */
    runTimer: (): number => {
      const timer = timers.filter((each) => !each.cancelled).at(-1)!;
      timer.cancelled = true;
      timer.run();
      return timer.ms;
    },
  };
  const environment: BridgeEnvironment = {
    openSocket: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    after: (ms, run) => {
      const timer = { ms, run, cancelled: false };
      timers.push(timer);
      return () => {
        timer.cancelled = true;
      };
    },
    every: (ms, run) => {
      page.every = { ms, run };
    },
    look: () => page.look,
    onLookChange: (listener) => {
      page.lookChanged = listener;
    },
    onWake: (listener) => {
      page.wake = listener;
    },
    reload: () => {
      page.reloads += 1;
    },
    reloadedOnce: {
      get: () => page.reloaded,
      set: (value) => {
        page.reloaded = value;
      },
    },
  };
  return { page, ...createBrowserBridge(environment) };
}

describe('requests', () => {
  test('wait for the first connection and are answered by id, in any order', async () => {
    const { page, bridge, connection } = fakePage();
    const first = bridge.request('chat.get', { id: 'a' });
    const second = bridge.request('model.list', {});
    expect(page.last().sent).toEqual([]);
    page.last().onopen?.();
    expect(connection.get()).toBe('open');
    const requests = page.last().sent.filter((frame) => frame['t'] === 'req');
    expect(requests.map((frame) => frame['route'])).toEqual(['chat.get', 'model.list']);
    page.last().receive({ t: 'res', id: requests[1]!['id'], result: { ok: true, data: [] } });
    page.last().receive({
      t: 'res',
      id: requests[0]!['id'],
      result: { ok: false, error: { code: 'NOT_FOUND', message: 'Gone.' } },
    });
    expect(await second).toEqual({ ok: true, data: [] });
    expect(await first).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
  });

  test('pending and new ones resolve UNREACHABLE when the socket is lost, and are not sent again', async () => {
    const { page, bridge, connection } = fakePage();
    page.last().onopen?.();
    const pending = bridge.request('chat.stop', { chatId: 'a' });
    page.last().onclose?.({ code: 1006 });
    expect(await pending).toMatchObject({ ok: false, error: { code: 'UNREACHABLE' } });
    expect(connection.get()).toBe('lost');
    expect(await bridge.request('model.list', {})).toMatchObject({ error: { code: 'UNREACHABLE' } });
    page.runTimer();
    page.last().onopen?.();
    expect(page.last().sent.filter((frame) => frame['t'] === 'req')).toEqual([]);
  });

  test('frames that are no JSON, and answers to nobody, do no harm', () => {
    const { page } = fakePage();
    page.last().onopen?.();
    page.last().receive('<html>');
    page.last().receive({ t: 'res', id: 99, result: { ok: true, data: null } });
    page.last().onmessage?.({ data: new ArrayBuffer(2) });
  });
});

test('reconnects after 0.2 s, doubling up to 3 s, and starts over once connected', () => {
  const { page } = fakePage();
  const waits: number[] = [];
  for (let i = 0; i < 6; i += 1) {
    page.last().onclose?.({ code: 1006 });
    waits.push(page.runTimer());
  }
  expect(waits).toEqual([200, 400, 800, 1600, 3000, 3000]);
  page.last().onopen?.();
  page.last().onclose?.({ code: 1006 });
  expect(page.runTimer()).toBe(200);
});

test('waking up tries at once, and leaves only one socket', () => {
  const { page } = fakePage();
  page.last().onclose?.({ code: 1006 });
  page.wake();
  expect(page.sockets).toHaveLength(2);
  expect(page.timers.every((timer) => timer.cancelled)).toBe(true);
  page.wake();
  expect(page.sockets).toHaveLength(2);
});

describe('an unknown token', () => {
  test('reloads the page once, and is over the second time', () => {
    const { page, connection } = fakePage();
    page.last().onclose?.({ code: 4401 });
    expect([page.reloads, connection.get()]).toEqual([1, 'connecting']);
    const again = fakePage();
    again.page.reloaded = true;
    again.page.last().onclose?.({ code: 4401 });
    expect([again.page.reloads, again.connection.get()]).toEqual([0, 'over']);
    again.page.wake();
    expect(again.page.sockets).toHaveLength(1);
  });

  test('counts anew after the host has said hello', () => {
    const { page } = fakePage();
    page.reloaded = true;
    page.last().onopen?.();
    page.last().receive({ t: 'hello', host: 'browser' });
    page.last().onclose?.({ code: 4401 });
    expect(page.reloads).toBe(1);
  });
});

describe('focus', () => {
  const looks = (socket: FakeSocket): Frame[] => socket.sent.filter((frame) => frame['t'] === 'focus');

  test('is told at open, before any waiting request', () => {
    const { page, bridge } = fakePage();
    void bridge.request('model.list', {});
    page.last().onopen?.();
    expect(page.last().sent[0]).toEqual({ t: 'focus', focused: true, visible: true });
  });

  test('a blur followed by a passing focus is looked at again after 100 ms', () => {
    const { page } = fakePage();
    page.last().onopen?.();
    page.look = { focused: true, visible: true };
    page.lookChanged('blur');
    page.look = { focused: false, visible: true };
    expect(page.runTimer()).toBe(100);
    expect(looks(page.last()).map((frame) => frame['focused'])).toEqual([true, true, false]);
  });

  test('a change no event told of is noticed within a second, and told once', () => {
    const { page } = fakePage();
    page.every.run();
    page.last().onopen?.();
    page.look = { focused: false, visible: true };
    expect(page.every.ms).toBeLessThanOrEqual(1_000);
    page.every.run();
    page.every.run();
    expect(page.last().sent).toEqual([
      { t: 'focus', focused: true, visible: true },
      { t: 'focus', focused: false, visible: true },
    ]);
  });

  test('a page that is going away is neither focused nor visible, whatever it says', () => {
    const { page } = fakePage();
    page.last().onopen?.();
    page.lookChanged('hide');
    expect(looks(page.last()).at(-1)).toEqual({ t: 'focus', focused: false, visible: false });
  });
});

test('events reach their listeners until they leave', () => {
  const { page, bridge } = fakePage();
  const seen: unknown[] = [];
  const off = bridge.on('navigate', (data) => seen.push(data.chatId));
  page.last().onopen?.();
  page.last().receive({ t: 'event', event: 'navigate', data: { chatId: 'a' } });
  page.last().receive({ t: 'event', event: 'chats.changed', data: {} });
  off();
  page.last().receive({ t: 'event', event: 'navigate', data: { chatId: 'b' } });
  expect(seen).toEqual(['a']);
});
