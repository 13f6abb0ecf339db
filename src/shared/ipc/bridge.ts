import type { Result } from '../result.ts';
import type { IpcEventName, IpcEvents } from './events.ts';
import type { RouteInput, RouteName, RouteOutput } from './routes.ts';

/** What every host puts at `window.hark`: one request channel, one event channel. */
export interface HarkBridge {
  request: <N extends RouteName>(route: N, input: RouteInput<N>) => Promise<Result<RouteOutput<N>>>;
  /** Returns the function that unsubscribes. */
  on: <E extends IpcEventName>(event: E, listener: (data: IpcEvents[E]) => void) => () => void;
}
