import { fail } from '../../shared/result.ts';
import type { Result } from '../../shared/result.ts';
import type { HarkBridge } from '../../shared/ipc/bridge.ts';
import type { IpcEventName } from '../../shared/ipc/events.ts';
import { createSignal } from './connection.ts';
import type { ConnectionState, Signal } from './connection.ts';

/** The part of a WebSocket the bridge uses. */
export interface BridgeSocket {
  send: (frame: string) => void;
  close: () => void;
  onopen: (() => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
}

/** What the bridge needs of the page it runs in; tests pass their own. */
export interface BridgeEnvironment {
  openSocket: () => BridgeSocket;
  /** Calls `run` after `ms`; returns the function that cancels. */
  after: (ms: number, run: () => void) => () => void;
  /** Calls `run` again and again, every `ms`. */
  every: (ms: number, run: () => void) => void;
  /** What the page says of itself now. */
  look: () => { focused: boolean; visible: boolean };
  /** Tells when the page's look may have changed. */
  onLookChange: (listener: (kind: 'focus' | 'blur' | 'visibility' | 'hide') => void) => void;
  /** Tells when a new try is worthwhile at once, such as when the network is back. */
  onWake: (listener: () => void) => void;
  reload: () => void;
  /** Remembers over one reload that the page was reloaded for a token the host did not know. */
  reloadedOnce: { get: () => boolean; set: (value: boolean) => void };
}

/** Close code of the host for a window token it does not know. */
export const UNKNOWN_TOKEN = 4401;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 3_000;
/** Blur is followed by a passing focus on Windows and X11: look again after this long. */
const SECOND_LOOK_MS = 100;
/** Not every change of focus comes as an event: look anyway this often. */
const LOOK_AGAIN_MS = 1_000;

const notRunning = (): Result<never> =>
  fail('UNREACHABLE', 'Hark is not running, so this could not be done. It will reconnect by itself.');

type HostFrame =
  | { t: 'res'; id: number; result: Result<unknown> }
  | { t: 'event'; event: IpcEventName; data: unknown }
  | { t: 'hello'; host: string };

function parseFrame(data: unknown): HostFrame | null {
  if (typeof data !== 'string') return null;
  try {
    return JSON.parse(data) as HostFrame;
  } catch (error) {
    console.warn('Hark: a frame that is not JSON was dropped.', error);
    return null;
  }
}

/**
 * The bridge of a page served by the browser host: JSON frames over one WebSocket.
 *
 * Requests made before the first connection wait for it. When the socket is lost, pending and new requests
 * resolve with UNREACHABLE, and the bridge tries again after 0.2 s, doubling up to 3 s. A token the host does
 * not know reloads the page once; the second time the state is `over` and stays so.
 */
export function createBrowserBridge(environment: BridgeEnvironment): {
  bridge: HarkBridge;
  connection: Signal<ConnectionState>;
} {
  const connection = createSignal<ConnectionState>('connecting');
  const pending = new Map<number, { frame: string; resolve: (result: Result<unknown>) => void }>();
  const listeners = new Map<IpcEventName, Set<(data: unknown) => void>>();
  let socket: BridgeSocket | null = null;
  let open = false;
  let nextId = 1;
  let retryMs = FIRST_RETRY_MS;
  let cancelRetry: (() => void) | null = null;
  let lastLook = '';

  const sendLook = (look: { focused: boolean; visible: boolean }, always: boolean): void => {
    const frame = JSON.stringify({ t: 'focus', ...look });
    if (!open || (!always && frame === lastLook)) return;
    lastLook = frame;
    socket?.send(frame);
  };

  const failPending = (): void => {
    const waiting = [...pending.values()];
    pending.clear();
    for (const { resolve } of waiting) resolve(notRunning());
  };

  const onFrame = (frame: HostFrame): void => {
    if (frame.t === 'res') {
      pending.get(frame.id)?.resolve(frame.result);
      pending.delete(frame.id);
    } else if (frame.t === 'event') {
      for (const listener of [...(listeners.get(frame.event) ?? [])]) listener(frame.data);
    } else if (frame.t === 'hello') {
      environment.reloadedOnce.set(false);
    }
  };

  const onClose = (code: number): void => {
    open = false;
    socket = null;
    failPending();
    if (code === UNKNOWN_TOKEN) {
      if (environment.reloadedOnce.get()) {
        connection.set('over');
      } else {
        environment.reloadedOnce.set(true);
        environment.reload();
      }
      return;
    }
    connection.set('lost');
    cancelRetry = environment.after(retryMs, connect);
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
  };

  function connect(): void {
    cancelRetry?.();
    cancelRetry = null;
    if (socket !== null || connection.get() === 'over') return;
    const mine = environment.openSocket();
    socket = mine;
    mine.onopen = () => {
      open = true;
      retryMs = FIRST_RETRY_MS;
      sendLook(environment.look(), true);
      for (const { frame } of pending.values()) mine.send(frame);
      connection.set('open');
    };
    mine.onmessage = (event) => {
      const frame = parseFrame(event.data);
      if (frame !== null) onFrame(frame);
    };
    mine.onclose = (event) => {
      if (socket === mine) onClose(event.code);
    };
  }

  environment.onLookChange((kind) => {
    sendLook(kind === 'hide' ? { focused: false, visible: false } : environment.look(), true);
    if (kind === 'focus' || kind === 'blur') {
      environment.after(SECOND_LOOK_MS, () => sendLook(environment.look(), false));
    }
  });
  environment.every(LOOK_AGAIN_MS, () => sendLook(environment.look(), false));
  environment.onWake(() => {
    if (connection.get() === 'lost') connect();
  });
  connect();

  const request = (route: string, input: unknown): Promise<Result<unknown>> => {
    const state = connection.get();
    if (state === 'lost' || state === 'over') return Promise.resolve(notRunning());
    return new Promise((resolve) => {
      const id = nextId++;
      const frame = JSON.stringify({ t: 'req', id, route, input });
      pending.set(id, { frame, resolve });
      if (open) socket?.send(frame);
    });
  };
  const on = (event: IpcEventName, listener: (data: never) => void): (() => void) => {
    const set = listeners.get(event) ?? new Set();
    listeners.set(event, set);
    set.add(listener as (data: unknown) => void);
    return () => set.delete(listener as (data: unknown) => void);
  };
  // The wire is untyped; the host validates requests and is trusted for answers.
  return { bridge: { request, on } as HarkBridge, connection };
}

/** The environment of a real page; `token` comes from the page's `hark-window` meta element. */
export function pageEnvironment(token: string): BridgeEnvironment {
  const flag = 'hark.reloadedForToken';
  return {
    openSocket: () => {
      const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
      return new WebSocket(
        `${scheme}//${location.host}/bridge?window=${encodeURIComponent(token)}`,
      ) as BridgeSocket;
    },
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    every: (ms, run) => void setInterval(run, ms),
    look: () => ({ focused: document.hasFocus(), visible: document.visibilityState === 'visible' }),
    onLookChange: (listener) => {
      addEventListener('focus', () => listener('focus'));
      addEventListener('blur', () => listener('blur'));
      document.addEventListener('visibilitychange', () => listener('visibility'));
      addEventListener('pagehide', () => listener('hide'));
    },
    onWake: (listener) => {
      addEventListener('online', listener);
      addEventListener('pageshow', listener);
      document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'visible') listener();
      });
    },
    reload: () => location.reload(),
    reloadedOnce: {
      get: () => sessionStorage.getItem(flag) === '1',
      set: (value) => {
        if (value) sessionStorage.setItem(flag, '1');
        else sessionStorage.removeItem(flag);
      },
    },
  };
}
