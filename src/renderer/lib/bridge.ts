import type { HarkBridge } from '../../shared/ipc/bridge.ts';
import { createBrowserBridge, pageEnvironment } from './browser-bridge.ts';
import { createSignal } from './connection.ts';
import type { ConnectionState, Signal } from './connection.ts';

declare global {
  interface Window {
    /** Put there by the preload in Electron; absent in a browser. */
    hark?: HarkBridge;
  }
}

/** The window's bridge: the preload's where there is one, else a WebSocket to the browser host. */
export function openBridge(): { bridge: HarkBridge; connection: Signal<ConnectionState> } {
  if (window.hark !== undefined) {
    return { bridge: window.hark, connection: createSignal<ConnectionState>('open') };
  }
  const token = document.querySelector<HTMLMetaElement>('meta[name="hark-window"]')?.content ?? '';
  return createBrowserBridge(pageEnvironment(token));
}
