import type { WindowRole } from '../../shared/domain.ts';
import { routes, type RouteName, type RouteOutput, type RouteParsed } from '../../shared/ipc/routes.ts';
import { fail, type Result } from '../../shared/result.ts';
import type { IpcContext, Logger } from '../ports.ts';

/** One handler a route: a missing, extra or wrongly typed one does not compile. */
export type Handlers = {
  [N in RouteName]: (
    input: RouteParsed<N>,
    context: IpcContext,
  ) => Result<RouteOutput<N>> | Promise<Result<RouteOutput<N>>>;
};
/** The handlers of one domain, such as `chat`. */
export type DomainHandlers<D extends string> = Pick<Handlers, Extract<RouteName, `${D}.${string}`>>;

/** What a window's role may call: whole domains, or single routes. Everything else is forbidden. */
const ALLOWED: Record<WindowRole, readonly string[]> = {
  chat: ['app', 'account', 'model', 'chat', 'settings', 'activity', 'webhook.get', 'delivery.explain_last'],
  settings: ['app', 'account', 'model', 'settings', 'activity', 'webhook', 'target', 'delivery'],
  admin: [
    'app',
    'account.get_state',
    'account.retry',
    'account.sign_out',
    'settings.get',
    'activity',
    'admin',
  ],
};

const isRoute = (name: string): name is RouteName => Object.hasOwn(routes, name);

/** Whether a window of this role may call the route. */
export function mayCall(role: WindowRole, route: string): boolean {
  const [domain = ''] = route.split('.', 1);
  return ALLOWED[role].includes(domain) || ALLOWED[role].includes(route);
}

/**
 * Validates and dispatches a window's request. Never throws: a handler's own failure is logged and
 * becomes INTERNAL. The role comes from the host, never from the sender.
 */
export function createRouter(handlers: Handlers, log: Logger) {
  return async (context: IpcContext, route: string, input: unknown): Promise<Result<unknown>> => {
    if (!isRoute(route)) return fail('ROUTE_NOT_FOUND', `Hark knows no request “${route.slice(0, 60)}”.`);
    if (!mayCall(context.role, route)) {
      log.warn('a window asked for what its role does not allow', { route, role: context.role });
      return fail('FORBIDDEN', 'This window may not do that.');
    }
    const parsed = routes[route].input.safeParse(input);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const field = issue?.path.map(String).join('.') ?? '';
      return fail(
        'VALIDATION_FAILED',
        issue?.message ?? 'The input was not understood.',
        field ? { field } : {},
      );
    }
    try {
      const handler = handlers[route] as (
        input: unknown,
        context: IpcContext,
      ) => Promise<Result<unknown>> | Result<unknown>;
      return await handler(parsed.data, context);
    } catch (error) {
      log.error('a request failed inside Hark', {
        route,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      return fail('INTERNAL', 'Something went wrong inside Hark. The log has the details.');
    }
  };
}
