import { randomUUID } from 'node:crypto';
import type { WindowRole } from '../../shared/domain.ts';
import type { IpcEventName, IpcEvents } from '../../shared/ipc/events.ts';
import type { Clock, HostWindows, IpcContext, WindowSignal } from '../ports.ts';
import { newSecret } from './access.ts';

/** A page whose socket was lost is the same window when it is back within this time, ms. */
export const RECONNECT_MS = 60_000;
/** A page that was served but never connected is forgotten after this time, ms. */
export const UNUSED_PAGE_MS = 5 * 60_000;
/** Close code for a window token this host does not know. */
export const UNKNOWN_TOKEN = 4401;
/** Close code of a socket whose page opened another one. */
export const REPLACED = 4409;

/** A page's line to this host. */
export interface PageSocket {
  send: (frame: string) => void;
  close: (code: number, reason: string) => void;
}

/** What the windows tell. */
export interface WindowListener {
  windowChanged: (signal: WindowSignal) => void;
  windowClosed: (windowId: string) => void;
}

interface PageWindow extends IpcContext {
  token: string;
  socket: PageSocket | null;
  cancelForget: () => void;
}

export interface PageWindows {
  port: HostWindows;
  /** Makes a window for a page about to be served; returns its token. */
  issue: (role: WindowRole) => string;
  /** A page connects with its token; null when the token is unknown. */
  attach: (token: string, socket: PageSocket) => IpcContext | null;
  /** What the page says of itself. */
  look: (windowId: string, focused: boolean, visible: boolean) => void;
  /** The socket is gone; a later one of the same page is not touched. */
  detach: (windowId: string, socket: PageSocket) => void;
  /** Ends every line, for shutting down. */
  closeAll: () => void;
}

/**
 * The pages of this host as windows. The id of a window is made here and its role is the page's it was served
 * with: a page cannot choose either. A page without a socket is no window at all, so that a lost page counts
 * as nobody looking.
 */
export function createPageWindows(options: {
  clock: Clock;
  /** Base of our own addresses, such as "http://127.0.0.1:1234". */
  origin: () => string;
  listener: () => WindowListener;
  openFolder: (folder: string) => Promise<boolean>;
}): PageWindows {
  const { clock } = options;
  const byToken = new Map<string, PageWindow>();
  const byId = new Map<string, PageWindow>();

  const forget = (window: PageWindow): void => {
    window.cancelForget();
    byToken.delete(window.token);
    byId.delete(window.windowId);
  };
  const forgetAfter = (window: PageWindow, ms: number): void => {
    window.cancelForget();
    window.cancelForget = clock.after(ms, () => forget(window));
  };
  const revoke = (window: PageWindow): void => {
    const { socket } = window;
    forget(window);
    if (!socket) return;
    window.socket = null;
    socket.close(UNKNOWN_TOKEN, 'closed by Hark');
    options.listener().windowClosed(window.windowId);
  };

  const port: HostWindows = {
    kind: 'browser',
    open: async (role, section) => ({
      url: `${options.origin()}/${role}/${section ? `#${encodeURIComponent(section)}` : ''}`,
    }),
    close: (role) => {
      for (const window of [...byId.values()]) if (window.role === role) revoke(window);
    },
    // A page cannot be brought to the front from outside, and must not be said to have been.
    raise: async () => false,
    openExternal: async () => false,
    openFolder: options.openFolder,
    send: <E extends IpcEventName>(windowId: string | null, event: E, data: IpcEvents[E]) => {
      const to = windowId === null ? [...byId.values()] : [byId.get(windowId)];
      const frame = JSON.stringify({ t: 'event', event, data });
      for (const window of to) window?.socket?.send(frame);
    },
  };

  return {
    port,
    issue: (role) => {
      const window: PageWindow = {
        windowId: randomUUID(),
        role,
        token: newSecret(),
        socket: null,
        cancelForget: () => undefined,
      };
      byToken.set(window.token, window);
      byId.set(window.windowId, window);
      forgetAfter(window, UNUSED_PAGE_MS);
      return window.token;
    },
    attach: (token, socket) => {
      const window = byToken.get(token);
      if (!window) return null;
      window.cancelForget();
      const former = window.socket;
      window.socket = socket;
      former?.close(REPLACED, 'the page connected again');
      const { windowId, role } = window;
      // Until the page says otherwise nobody looks at it.
      options.listener().windowChanged({ windowId, role, focused: false, visible: true, minimised: false });
      return { windowId, role };
    },
    look: (windowId, focused, visible) => {
      const window = byId.get(windowId);
      if (!window?.socket) return;
      options.listener().windowChanged({ windowId, role: window.role, focused, visible, minimised: false });
    },
    detach: (windowId, socket) => {
      const window = byId.get(windowId);
      if (window?.socket !== socket) return;
      window.socket = null;
      forgetAfter(window, RECONNECT_MS);
      options.listener().windowClosed(windowId);
    },
    closeAll: () => {
      for (const window of [...byId.values()]) {
        const { socket } = window;
        forget(window);
        window.socket = null;
        socket?.close(1001, 'Hark is closing');
      }
    },
  };
}
