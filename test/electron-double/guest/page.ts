import type { createCodec as createCodecType } from './codec.ts';

/*
 * What the double puts into pages. Each function stands alone (but for `createCodec`, injected beside it):
 * its own text is sent to Chromium, so it may refer to nothing else outside itself.
 */

type CreateCodec = typeof createCodecType;

/** The few parts of the page these scripts touch; the DOM's types would leak into the main process' own. */
interface PageGlobals {
  document: {
    addEventListener: (
      name: string,
      listener: (event: { detail: string }) => void,
      capture?: boolean,
    ) => void;
    dispatchEvent: (event: object) => boolean;
  };
  CustomEvent: new (name: string, init: { detail: string }) => object;
}

export interface Link {
  /** Hands `api` to the other world under this name. */
  expose: (key: string, api: unknown) => void;
}

/**
 * One end of the line between a page's own world and the preload script's. The two share the document and
 * nothing else, so messages are events with text on it, under a name the page never learns; they arrive before
 * `dispatchEvent` returns, which is what lets a bridged function answer at once.
 * Docs: api/context-bridge: functions are proxied, promises are proxied, everything else is copied and frozen.
 */
export function linkWorlds(createCodec: CreateCodec, secret: string, side: 'page' | 'preload'): Link {
  const { document, CustomEvent } = globalThis as unknown as PageGlobals;
  const codec = createCodec();
  const mine = `${secret}:to-${side}`;
  const theirs = `${secret}:to-${side === 'page' ? 'preload' : 'page'}`;
  const dispatch = document.dispatchEvent.bind(document);
  const functions: ((...args: unknown[]) => unknown)[] = [];
  const ids = new WeakMap<object, number>();
  const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  const returns = new Map<number, { ok: boolean; value: string }>();
  let calls = 0;
  let promises = 0;

  const send = (message: unknown[]): void =>
    void dispatch(new CustomEvent(theirs, { detail: JSON.stringify(message) }));
  const wrap = (value: unknown): string =>
    codec.encode(value, (item) => {
      if (typeof item === 'function') {
        let id = ids.get(item);
        if (id === undefined) {
          id = functions.push(item as (...args: unknown[]) => unknown) - 1;
          ids.set(item, id);
        }
        return ['f', id];
      }
      if (!(item instanceof Promise)) return null;
      promises += 1;
      const id = promises;
      item.then(
        (result: unknown) => settle(id, true, result),
        (error: unknown) => settle(id, false, error),
      );
      return ['p', id];
    });
  const settle = (id: number, ok: boolean, value: unknown): void => {
    let text: string;
    try {
      text = wrap(value);
    } catch (error) {
      ok = false;
      text = wrap(error);
    }
    send(['settle', id, ok, text]);
  };
  const proxyOf = (fn: number) => {
    return (...args: unknown[]): unknown => {
      calls += 1;
      const id = calls;
      send(['call', id, fn, wrap(args)]);
      const answer = returns.get(id);
      returns.delete(id);
      if (!answer) throw new Error('the other world is gone');
      const value = unwrap(answer.value);
      if (!answer.ok) throw value;
      return value;
    };
  };
  const unwrap = (text: string): unknown =>
    codec.decode(text, ([kind, id]) =>
      kind === 'f'
        ? proxyOf(id)
        : new Promise((resolve, reject) => {
            pending.set(id, { resolve, reject });
          }),
    );
  const freeze = (value: unknown): void => {
    if (
      (typeof value !== 'object' && typeof value !== 'function') ||
      value === null ||
      Object.isFrozen(value)
    )
      return;
    if (typeof value === 'object' && ArrayBuffer.isView(value)) return;
    Object.freeze(value);
    for (const item of Object.values(value)) freeze(item);
  };
  document.addEventListener(
    mine,
    (event) => {
      const [kind, a, b, c] = JSON.parse(event.detail) as [string, never, never, never];
      if (kind === 'call') {
        let ok = true;
        let value: string;
        try {
          value = wrap(functions[b]?.(...(unwrap(c) as unknown[])));
        } catch (error) {
          ok = false;
          value = wrap(error);
        }
        send(['return', a, ok, value]);
      } else if (kind === 'return') returns.set(a, { ok: b, value: c });
      else if (kind === 'settle') {
        const waiting = pending.get(a);
        pending.delete(a);
        if (b) waiting?.resolve(unwrap(c));
        else waiting?.reject(unwrap(c));
      } else if (kind === 'expose') {
        const api = unwrap(b);
        freeze(api);
        Object.defineProperty(globalThis, a, {
          value: api,
          writable: false,
          configurable: false,
          enumerable: true,
        });
      }
    },
    true,
  );
  const exposed = new Set<string>();
  return {
    expose: (key, api) => {
      // Electron's own words.
      if (exposed.has(key) || key in globalThis)
        throw new Error('Cannot bind an API on top of an existing property on the window object');
      exposed.add(key);
      send(['expose', key, wrap(api)]);
    },
  };
}

interface Guest {
  /** Called by the double with what the main process sends. */
  receive: (text: string) => void;
}

/**
 * Runs a preload script in its own world with the modules a sandboxed one may have.
 * Docs: tutorial/sandbox ("Preload scripts"): `require` gives electron's renderer modules, events, timers, url.
 */
export function runPreload(
  createCodec: CreateCodec,
  link: Link,
  binding: string,
  preload: ((require: unknown, module: object, exports: object, process: object) => void) | null,
): void {
  const codec = createCodec();
  const call = (globalThis as Record<string, unknown>)[binding] as (text: string) => void;
  const missing = (what: string): never => {
    throw new Error(`not in the double: ${what}`);
  };
  const strict = <T extends object>(name: string, object: T): T =>
    new Proxy(object, {
      get: (target, key, receiver): unknown =>
        typeof key === 'string' && !(key in target) && key !== 'then'
          ? missing(`${name}.${key}`)
          : Reflect.get(target, key, receiver),
    });

  type Listener = (event: object, ...args: unknown[]) => void;
  const listeners = new Map<string, Listener[]>();
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let invokes = 0;
  const add = (channel: string, listener: Listener): void => {
    listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
  };
  const remove = (channel: string, listener: Listener): void => {
    listeners.set(
      channel,
      (listeners.get(channel) ?? []).filter((each) => each !== listener),
    );
  };
  // Docs: api/ipc-renderer.
  const ipcRenderer = strict('ipcRenderer', {
    invoke: async (channel: string, ...args: unknown[]): Promise<unknown> => {
      invokes += 1;
      const id = invokes;
      const text = codec.encode(args);
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        call(JSON.stringify(['invoke', id, channel, text]));
      });
    },
    send: (channel: string, ...args: unknown[]) =>
      call(JSON.stringify(['send', 0, channel, codec.encode(args)])),
    on: (channel: string, listener: Listener) => {
      add(channel, listener);
      return ipcRenderer;
    },
    addListener: (channel: string, listener: Listener) => {
      add(channel, listener);
      return ipcRenderer;
    },
    once: (channel: string, listener: Listener) => {
      const once: Listener = (event, ...args) => {
        remove(channel, once);
        listener(event, ...args);
      };
      add(channel, once);
      return ipcRenderer;
    },
    off: (channel: string, listener: Listener) => {
      remove(channel, listener);
      return ipcRenderer;
    },
    removeListener: (channel: string, listener: Listener) => {
      remove(channel, listener);
      return ipcRenderer;
    },
    removeAllListeners: (channel: string) => {
      listeners.delete(channel);
      return ipcRenderer;
    },
  });
  const guest: Guest = {
    receive: (text) => {
      const [kind, key, ok, body] = JSON.parse(text) as [string, never, boolean, string];
      if (kind === 'send') {
        const args = codec.decode(body) as unknown[];
        for (const listener of listeners.get(key) ?? [])
          listener({ sender: ipcRenderer, ports: [] }, ...args);
        return;
      }
      const reply = waiting.get(key);
      waiting.delete(key);
      if (ok) reply?.resolve(codec.decode(body));
      else reply?.reject(new Error(body));
    },
  };
  Object.defineProperty(globalThis, `${binding}:guest`, { value: guest });

  interface MenuTarget {
    closest: (selector: string) => { href?: string; isContentEditable?: boolean } | null;
  }
  interface MenuEvent {
    defaultPrevented: boolean;
    preventDefault: () => void;
    target: MenuTarget | null;
    clientX: number;
    clientY: number;
  }
  const page = globalThis as unknown as {
    addEventListener: (name: string, listener: (event: MenuEvent) => void) => void;
    getSelection: () => { toString: () => string } | null;
  };
  // A page that shows a menu of its own prevents the default, and Electron then emits nothing.
  page.addEventListener('contextmenu', (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const editable = 'input, textarea, [contenteditable=""], [contenteditable="true"]';
    const params = {
      x: event.clientX,
      y: event.clientY,
      linkURL: event.target?.closest('a[href]')?.href ?? '',
      isEditable: (event.target?.closest(editable) ?? null) !== null,
      selectionText: page.getSelection()?.toString() ?? '',
    };
    call(JSON.stringify(['context-menu', 0, '', JSON.stringify(params)]));
  });

  if (!preload) return;
  const modules: Record<string, object> = {
    electron: strict('electron (in a preload script)', {
      contextBridge: strict('contextBridge', { exposeInMainWorld: link.expose }),
      ipcRenderer,
    }),
  };
  const require = (name: string): object =>
    modules[name] ?? missing(`require('${name}') in a preload script`);
  const module = { exports: {} };
  preload(
    require,
    module,
    module.exports,
    strict('process (in a preload script)', { type: 'renderer', sandboxed: true, contextIsolated: true }),
  );
}
