import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RECONNECT_MS, UNUSED_PAGE_MS } from '../../../src/main/browser/windows.ts';
import { hello, serve, type Line, type Served } from './served.ts';

let host: Served;
let cookie: string;
beforeEach(async () => {
  host = await serve();
  cookie = await host.signIn();
});
afterEach(() => host.stop());

async function connect(token: string): Promise<Line> {
  const line = host.connect({ cookie, token });
  await line.frame(hello);
  return line;
}
const page = async (role = 'chat'): Promise<Line> => connect(await host.token(role, cookie));
const lastSignal = () => host.signals.at(-1);

describe('frames', () => {
  it('answers each request under its own number, in whatever order they end', async () => {
    const line = await page();
    let release: () => void = () => undefined;
    const slow = new Promise<void>((done) => (release = done));
    host.handle.run = async (route, input) => {
      if (route === 'slow') await slow;
      return { ok: true, data: [route, input] };
    };
    line.send({ t: 'req', id: 7, route: 'slow', input: 1 });
    line.send({ t: 'req', id: 8, route: 'quick', input: { a: 'ü' } });
    await line.frame((frame) => frame['id'] === 8);
    release();
    await line.frame((frame) => frame['id'] === 7);
    expect(line.frames.slice(1)).toEqual([
      { t: 'res', id: 8, result: { ok: true, data: ['quick', { a: 'ü' }] } },
      { t: 'res', id: 7, result: { ok: true, data: ['slow', 1] } },
    ]);
  });

  it('answers a request that throws, without its words, and lives on', async () => {
    const line = await page();
    host.handle.run = async () => {
      throw new Error('secret inside');
    };
    line.send({ t: 'req', id: 1, route: 'x', input: {} });
    const answer = await line.frame((frame) => frame['id'] === 1);
    expect(answer['result']).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    expect(JSON.stringify(answer)).not.toContain('secret inside');
  });

  it.each([
    ['no JSON', '<html>'],
    ['another kind', { t: 'event', event: 'x', data: 1 }],
    ['a request without a number', { t: 'req', route: 'x', input: 1 }],
    ['a route that is no text', { t: 'req', id: 1, route: {}, input: 1 }],
    ['a focus that is no yes or no', { t: 'focus', focused: 'yes', visible: true }],
    ['more than asked for', { t: 'focus', focused: true, visible: true, windowId: 'other' }],
    ['null', 'null'],
  ])('ends the line on %s', async (_name, frame) => {
    const line = await page();
    line.send(frame);
    expect(await line.ended).toBe(1008);
    expect(host.calls).toEqual([]);
  });

  it('takes the longest prompt there is, and no frame beyond reason', async () => {
    const line = await page();
    line.send({ t: 'req', id: 1, route: 'chat.ask', input: { prompt: '\u0001'.repeat(1_000_000) } });
    await line.frame((frame) => frame['id'] === 1);
    line.send(`"${'x'.repeat(9 * 1024 * 1024)}"`);
    expect(await line.ended).toBe(1009);
  });
});

describe('events', () => {
  it('reach one window or all', async () => {
    const [a, b] = [await page(), await page('settings')];
    const id = host.signals[0]!.windowId;
    host.windows.port.send(id, 'chats.changed', {});
    host.windows.port.send(null, 'navigate', { chatId: 'c' });
    await Promise.all([a, b].map((line) => line.frame((frame) => frame['event'] === 'navigate')));
    expect(a.frames.slice(1).map((frame) => frame['event'])).toEqual(['chats.changed', 'navigate']);
    expect(b.frames.slice(1)).toEqual([{ t: 'event', event: 'navigate', data: { chatId: 'c' } }]);
  });

  it('to a window that is gone do no harm', async () => {
    await page();
    expect(() => host.windows.port.send('gone', 'chats.changed', {})).not.toThrow();
  });
});

describe('focus', () => {
  it('is nobody’s until the page says so, then the page’s own word, under the host’s id', async () => {
    const line = await page();
    const { windowId } = host.signals[0]!;
    expect(host.signals).toEqual([
      { windowId, role: 'chat', focused: false, visible: true, minimised: false },
    ]);
    line.send({ t: 'focus', focused: true, visible: true });
    line.send({ t: 'focus', focused: false, visible: false });
    await vi.waitFor(() => expect(host.signals).toHaveLength(3));
    expect(host.signals.slice(1)).toEqual([
      { windowId, role: 'chat', focused: true, visible: true, minimised: false },
      { windowId, role: 'chat', focused: false, visible: false, minimised: false },
    ]);
  });

  it('of a page whose socket closes is over at once', async () => {
    const line = await page();
    line.socket.terminate();
    await vi.waitFor(() => expect(host.closed).toEqual([host.signals[0]!.windowId]));
  });

  it('of a page that answers no ping is over within 10 s; one that answers stays', async () => {
    const frozen = await page();
    const answering = await page('settings');
    // The library answers pings by itself: a page that reads nothing is a frozen one.
    frozen.socket.pause();
    const pinged = new Promise((done) => answering.socket.once('ping', done));
    host.clock.advance(5_000);
    await pinged;
    expect(host.closed).toEqual([]);
    // A frame behind the pong: once it is answered, the pong has been read as well.
    answering.send({ t: 'req', id: 1, route: 'x', input: 1 });
    await answering.frame((frame) => frame['id'] === 1);
    host.clock.advance(5_000);
    await vi.waitFor(() => expect(host.closed).toEqual([host.signals[0]!.windowId]));
    expect(answering.socket.readyState).toBe(answering.socket.OPEN);
  });
});

describe('coming back', () => {
  it('within a minute is the same window', async () => {
    const token = await host.token('chat', cookie);
    const first = await connect(token);
    const { windowId } = host.signals[0]!;
    first.socket.terminate();
    await vi.waitFor(() => expect(host.closed).toHaveLength(1));
    host.clock.advance(RECONNECT_MS - 1);
    await connect(token);
    expect(lastSignal()?.windowId).toBe(windowId);
    // The old limit must not end the window that is back.
    host.clock.advance(2);
    host.windows.port.send(windowId, 'chats.changed', {});
    expect(host.closed).toHaveLength(1);
  });

  it('later is not', async () => {
    const token = await host.token('chat', cookie);
    (await connect(token)).socket.terminate();
    await vi.waitFor(() => expect(host.closed).toHaveLength(1));
    host.clock.advance(RECONNECT_MS);
    expect(await host.connect({ cookie, token }).ended).toBe(4401);
  });

  it('while the old line still stands takes its place, and the window is not closed', async () => {
    const token = await host.token('chat', cookie);
    const old = await connect(token);
    const next = await connect(token);
    expect(await old.ended).toBe(4409);
    next.send({ t: 'focus', focused: true, visible: true });
    await vi.waitFor(() => expect(lastSignal()?.focused).toBe(true));
    expect(host.closed).toEqual([]);
  });

  it('a page never connected is forgotten', async () => {
    const token = await host.token('chat', cookie);
    host.clock.advance(UNUSED_PAGE_MS);
    expect(await host.connect({ cookie, token }).ended).toBe(4401);
  });
});

describe('closing windows of a role', () => {
  it('ends their lines and their tokens, and leaves the others', async () => {
    host.admin.allowed = true;
    const token = await host.token('admin', cookie);
    const admin = await connect(token);
    const chat = await page();
    host.windows.port.close('admin');
    expect(await admin.ended).toBe(4401);
    expect(host.closed).toHaveLength(1);
    expect(await host.connect({ cookie, token }).ended).toBe(4401);
    expect(chat.socket.readyState).toBe(chat.socket.OPEN);
  });

  it('also of pages served but not yet connected', async () => {
    host.admin.allowed = true;
    const token = await host.token('admin', cookie);
    host.windows.port.close('admin');
    expect(await host.connect({ cookie, token }).ended).toBe(4401);
  });
});
