import { QueryClient, useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { createContext, use, useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { HarkBridge } from '../../shared/ipc/bridge.ts';
import type { IpcEventName, IpcEvents } from '../../shared/ipc/events.ts';
import type { RouteInput, RouteName, RouteOutput } from '../../shared/ipc/routes.ts';
import type { AppError, Result } from '../../shared/result.ts';
import { createSignal } from './connection.ts';
import type { ConnectionState, Signal } from './connection.ts';

/** The bridge of this window. */
export const BridgeContext = createContext<HarkBridge | null>(null);

/** The line's state; always open where nobody says otherwise. */
export const ConnectionContext = createContext<Signal<ConnectionState>>(
  createSignal<ConnectionState>('open'),
);

/** How the line to the main process stands, rendered again when it changes. */
export function useConnection(): ConnectionState {
  const connection = use(ConnectionContext);
  return useSyncExternalStore(connection.subscribe, connection.get);
}

/** The bridge of this window; must be under BridgeContext. */
export function useBridge(): HarkBridge {
  const bridge = use(BridgeContext);
  if (bridge === null) throw new Error('No bridge above this component.');
  return bridge;
}

/** TanStack Query wants failures thrown; the value it carries stays the AppError. */
export class RequestError extends Error {
  readonly error: AppError;
  constructor(error: AppError) {
    super(error.message);
    this.name = 'RequestError';
    this.error = error;
  }
}

/** One request; throws RequestError, for query functions only. */
export async function ask<N extends RouteName>(
  bridge: HarkBridge,
  route: N,
  input: RouteInput<N>,
): Promise<RouteOutput<N>> {
  const result = await bridge.request(route, input);
  if (!result.ok) throw new RequestError(result.error);
  return result.data;
}

/** Query client for a line that is local: no retries, no pausing when the machine is offline. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: false,
        networkMode: 'always',
        staleTime: 60_000,
        gcTime: 300_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
      },
    },
  });
}

/** Reads a route through the cache, under the key [route, input]. */
export function useAsk<N extends RouteName>(
  route: N,
  input: RouteInput<N>,
  options: {
    enabled?: boolean;
    keepPrevious?: boolean;
    /** Ask again this often, ms: the server tells of no change. */ everyMs?: number;
  } = {},
): UseQueryResult<RouteOutput<N>, RequestError> {
  const bridge = useBridge();
  return useQuery<RouteOutput<N>, RequestError>({
    queryKey: [route, input],
    queryFn: () => ask(bridge, route, input),
    enabled: options.enabled ?? true,
    refetchInterval: options.everyMs ?? false,
    refetchIntervalInBackground: true,
    placeholderData: options.keepPrevious ? (previous) => previous as never : undefined,
  });
}

export interface Act<N extends RouteName> {
  run: (input: RouteInput<N>) => Promise<Result<RouteOutput<N>>>;
  busy: boolean;
  error: AppError | null;
  clear: () => void;
}

/** Makes a request on the user's word: busy while it runs, error while the last one failed. */
export function useAct<N extends RouteName>(route: N): Act<N> {
  const bridge = useBridge();
  const [running, setRunning] = useState(0);
  const [error, setError] = useState<AppError | null>(null);
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const run = useCallback(
    async (input: RouteInput<N>) => {
      setRunning((count) => count + 1);
      setError(null);
      const result = await bridge.request(route, input);
      if (mounted.current) {
        setRunning((count) => count - 1);
        setError(result.ok ? null : result.error);
      }
      return result;
    },
    [bridge, route],
  );
  const clear = useCallback(() => setError(null), []);
  return { run, busy: running > 0, error, clear };
}

/** Listens to an event while mounted; always calls the newest listener. */
export function useBridgeEvent<E extends IpcEventName>(
  event: E,
  listener: (data: IpcEvents[E]) => void,
): void {
  const bridge = useBridge();
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(() => bridge.on(event, (data) => newest.current(data)), [bridge, event]);
}
