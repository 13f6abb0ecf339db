import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Result } from '../../../src/shared/result.ts';
import type { AppPorts } from '../../../src/main/app.ts';
import type { WindowSignal } from '../../../src/main/ports.ts';
import type { FakeWindow, Seen } from './fake-electron.ts';

// The host as a whole, over a stand-in for Electron: what unit tests of its decisions cannot see is whether
// they are connected at all. The app behind it is a recorder.
const folder = mkdtempSync(path.join(tmpdir(), 'hark-electron-'));
let seen: Seen;
let app: NodeJS.EventEmitter;
let theme: { themeSource: string };
let ports: AppPorts;
const signals: WindowSignal[] = [];
const closed: string[] = [];
const calls: unknown[][] = [];
let stops = 0;

const settings = { theme: 'dark', activity: { idleSeconds: 0, holdSeconds: 0 } };

beforeAll(async () => {
  const { fakeElectron } = await import('./fake-electron.ts');
  const fake = fakeElectron(folder);
  seen = fake.seen;
  app = fake.module['app'] as NodeJS.EventEmitter;
  theme = fake.module['nativeTheme'] as { themeSource: string };
  vi.doMock('electron', () => fake.module);
  vi.doMock('electron-store', async () => {
    const { default: Conf } = await import('conf');
    // What electron-store adds to its base, as far as the host uses it.
    return {
      default: class extends Conf<Record<string, unknown>> {
        constructor({ name, ...rest }: { name: string; cwd: string }) {
          super({ ...rest, configName: name });
        }
      },
    };
  });
  vi.doMock('../../../src/main/app.ts', () => ({
    createApp: (given: AppPorts) => {
      ports = given;
      return {
        ok: true,
        data: {
          start: async () => void seen.order.push('start'),
          stop: async () => void (stops += 1),
          handle: async (...call: unknown[]) => {
            calls.push(call);
            return { ok: true, data: call[1] === 'settings.get' ? settings : call[0] };
          },
          windowAllowed: async () => false,
          windowChanged: (signal: WindowSignal) => signals.push(signal),
          windowClosed: (id: string) => closed.push(id),
          setLocked: () => undefined,
          setAsleep: () => undefined,
          setIdleSeconds: () => undefined,
          setOnline: () => undefined,
        },
      };
    },
  }));
  await import('../../../src/main/electron/main.ts');
  await vi.waitFor(() => expect(seen.order).toContain('start'));
});
afterAll(() => {
  vi.doUnmock('electron');
  vi.doUnmock('electron-store');
  rmSync(folder, { recursive: true, force: true });
});

const chat = (): FakeWindow => seen.windows[0] as FakeWindow;
const request = (window: FakeWindow, frame: object | null = window.webContents.mainFrame) =>
  seen.handlers.get('hark:request')?.(
    { sender: window.webContents, senderFrame: frame },
    'app.get_info',
    {},
  ) as Promise<Result<unknown>>;

describe('the start', () => {
  it('puts sandbox and scheme before ready, and closes the session before the first window', () => {
    expect(seen.order.slice(0, 4)).toEqual(['sandbox', 'aumid', 'scheme', 'ready']);
    expect(seen.order).toEqual(expect.arrayContaining(['pages', 'permission requests', 'ntlm ""']));
    expect(seen.permission?.(null, 'media', 'hark-app://app')).toBe(false);
    expect(seen.permission?.(null, 'clipboard-sanitized-write', 'hark-app://app')).toBe(true);
    expect(seen.boxes).toEqual([]);
  });
  it('opens one chat window, hidden until painted, in a sandbox', () => {
    expect(seen.windows).toHaveLength(1);
    expect(chat().options).toMatchObject({
      show: false,
      webPreferences: { contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false },
    });
    expect(chat().webContents.mainFrame.url).toBe('hark-app://app/chat/index.html');
    expect(chat().visible).toBe(false);
    chat().emit('ready-to-show');
    expect(chat().visible).toBe(true);
  });
  it('applies the stored theme', () => {
    expect(theme.themeSource).toBe('dark');
  });
});

describe('requests', () => {
  it('reach the app with the window’s own identity', async () => {
    expect(await request(chat())).toEqual({ ok: true, data: { windowId: 'chat-1', role: 'chat' } });
  });
  it('of an inner frame or a foreign window do not', async () => {
    const before = calls.length;
    const inner = await request(chat(), { url: 'hark-app://app/chat/index.html', parent: {} });
    const { FakeWindow: Stranger } = await import('./fake-electron.ts');
    const stranger = new Stranger({});
    stranger.webContents.mainFrame.url = 'hark-app://app/chat/index.html';
    for (const answer of [inner, await request(stranger)]) expect(answer).toMatchObject({ ok: false });
    expect(calls).toHaveLength(before);
  });
});

describe('pages', () => {
  const navigate = (url: string, isMainFrame = true): boolean => {
    let held = false;
    chat().webContents.emit('will-frame-navigate', { url, isMainFrame, preventDefault: () => (held = true) });
    return !held;
  };
  it('stay where they are; links open outside, other schemes nowhere', () => {
    expect(navigate('hark-app://app/chat/index.html')).toBe(true);
    expect(navigate('https://example.com/x')).toBe(false);
    expect(navigate('file:///etc/passwd')).toBe(false);
    expect(chat().webContents.openHandler({ url: 'https://example.com/y' })).toEqual({ action: 'deny' });
    expect(chat().webContents.openHandler({ url: 'file:///etc/passwd' })).toEqual({ action: 'deny' });
    expect(seen.opened).toEqual(['https://example.com/x', 'https://example.com/y']);
  });
});

describe('windows', () => {
  it('tell the app of focus and of losing it', () => {
    chat().focus();
    expect(signals.at(-1)).toMatchObject({ windowId: 'chat-1', focused: true, visible: true });
    chat().focused = false;
    chat().emit('blur');
    expect(signals.at(-1)).toMatchObject({ focused: false });
  });
  it('keep an order to navigate until the page can hear it', async () => {
    const sent = chat().webContents.sent;
    app.emit('second-instance', {}, ['hark', 'hark://chat/42']);
    await vi.waitFor(() => expect(chat().focused).toBe(true));
    expect(sent).toEqual([]);
    chat().webContents.emit('dom-ready');
    expect(sent).toEqual([['hark:event', 'navigate', { chatId: '42' }]]);
  });
  it('get what the app sends, each its own', async () => {
    await ports.windows.open('settings', 'webhook');
    const [, second] = seen.windows as [FakeWindow, FakeWindow];
    expect(second.webContents.mainFrame.url).toBe('hark-app://app/settings/index.html#webhook');
    second.webContents.emit('dom-ready');
    const before = chat().webContents.sent.length;
    ports.windows.send('settings-2', 'targets.changed', {});
    expect([second.webContents.sent.length, chat().webContents.sent.length]).toEqual([1, before]);
    second.close();
    expect(closed).toEqual(['settings-2']);
  });
  it('of the chat hides at its close button, and its place is kept', () => {
    expect(chat().close()).toBe(false);
    expect(chat().visible).toBe(false);
    expect(signals.at(-1)).toMatchObject({ visible: false });
    const places = JSON.parse(readFileSync(path.join(folder, 'windows.json'), 'utf8')) as object;
    expect(places).toMatchObject({ chat: { x: 10, y: 10, width: 800, height: 600, maximised: false } });
  });
});

describe('an answer nobody saw', () => {
  it('shows at the tray', () => {
    ports.windows.send(null, 'run.changed', {
      chatId: 'c',
      messageId: 'm',
      title: '',
      status: 'done',
      startedAt: 0,
      endedAt: 1,
      error: null,
    });
    expect(seen.tooltip).toBe('Hark: 1 answer is ready');
  });
});

describe('quitting', () => {
  it('stops the app first, lets the window close then, and tells a stopped app nothing', async () => {
    let held = 0;
    const ask = (): boolean => app.emit('before-quit', { preventDefault: () => (held += 1) });
    ask();
    await vi.waitFor(() => expect(seen.quits).toBe(1));
    ask();
    expect([stops, held]).toEqual([1, 1]);
    const told = signals.length;
    expect(chat().close()).toBe(true);
    ports.windows.send(null, 'chats.changed', {});
    expect([signals.length, closed]).toEqual([told, ['settings-2']]);
  });
});
