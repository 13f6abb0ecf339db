import type { HarkBridge } from '../../shared/ipc/bridge.ts';
import type { IpcEventName, IpcEvents } from '../../shared/ipc/events.ts';
import type { Result } from '../../shared/result.ts';
import { fail } from '../../shared/result.ts';

export interface BridgeWire {
  invoke: (route: string, input: unknown) => Promise<unknown>;
  /** Called once; every event from the main process goes to the listener. */
  listen: (listener: (event: string, data: unknown) => void) => void;
}

/** An event that is an order, not news: it must not be lost while the page is still starting. */
const KEPT_UNTIL_HEARD: IpcEventName = 'navigate';

const isResult = (value: unknown): value is Result<never> =>
  typeof value === 'object' && value !== null && 'ok' in value && typeof value.ok === 'boolean';

/** The bridge a page sees, over one request channel and one event channel. Requests never reject. */
export function createBridge(wire: BridgeWire): HarkBridge {
  const listeners = new Map<string, Set<(data: never) => void>>();
  let kept: { data: unknown } | null = null;

  wire.listen((event, data) => {
    const heard = listeners.get(event);
    if (heard && heard.size > 0) for (const listener of [...heard]) listener(data as never);
    else if (event === KEPT_UNTIL_HEARD) kept = { data };
  });

  return {
    request: async (route, input) => {
      try {
        const answer = await wire.invoke(route, input);
        if (isResult(answer)) return answer;
        return fail('INTERNAL', 'Hark gave an answer this window does not understand.');
      } catch (error) {
        const reason = error instanceof Error ? error.name : 'unknown';
        return fail('INTERNAL', 'Hark did not answer this window. Close the window and open it again.', {
          details: { reason },
        });
      }
    },
    on: <E extends IpcEventName>(event: E, listener: (data: IpcEvents[E]) => void) => {
      // One entry per subscription: the same function subscribed twice must be unsubscribed twice.
      const entry = (data: never): void => listener(data);
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(entry));
      if (event === KEPT_UNTIL_HEARD && kept) {
        const { data } = kept;
        kept = null;
        listener(data as IpcEvents[E]);
      }
      return () => void set.delete(entry);
    },
  };
}
