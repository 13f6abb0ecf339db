import { useCallback, useSyncExternalStore } from 'react';

const subscribe = (listener: () => void): (() => void) => {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
};

/** The section named by the address: `#section` or `?section=section`; the first one when it names none. */
export function useSection<T extends string>(sections: readonly [T, ...T[]]): [T, (next: T) => void] {
  const named = useSyncExternalStore(
    subscribe,
    () => location.hash.slice(1) || (new URLSearchParams(location.search).get('section') ?? ''),
  );
  const section = sections.find((name) => name === named) ?? sections[0];
  const go = useCallback((next: T) => {
    location.hash = next;
  }, []);
  return [section, go];
}
