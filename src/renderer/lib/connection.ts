/** How the window's line to the main process stands. In Electron it is always open. */
export type ConnectionState = 'connecting' | 'open' | 'lost' | 'over';

/** A value that can be read and listened to, in the shape React's useSyncExternalStore wants. */
export interface Signal<T> {
  get: () => T;
  subscribe: (listener: () => void) => () => void;
}

/** A signal and the function that sets it; setting the same value again tells nobody. */
export function createSignal<T>(first: T): Signal<T> & { set: (value: T) => void } {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (next) => {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
