import type { QueryClient } from '@tanstack/react-query';
import type { AccountState, RunState } from '../../shared/domain.ts';
import type { HarkBridge } from '../../shared/ipc/bridge.ts';
import type { RouteName } from '../../shared/ipc/routes.ts';

/** The account a state is about; another one means that nothing cached may stay. */
function accountKey(state: AccountState): string {
  return 'user' in state ? `${state.server.id}/${state.user.id}/${state.status}` : state.status;
}

/** Puts a run into the list, in place of an earlier state of the same chat. */
export function mergeRun(runs: readonly RunState[], run: RunState): RunState[] {
  return [...runs.filter((other) => other.chatId !== run.chatId), run];
}

/** Keeps the cache true: events from the main process set or invalidate what they are about. Returns the undo. */
export function wireEvents(bridge: HarkBridge, client: QueryClient): () => void {
  const stale = (...routes: RouteName[]): void => {
    for (const route of routes) void client.invalidateQueries({ queryKey: [route] });
  };
  const undo = [
    bridge.on('account.changed', (state) => {
      const before = client.getQueryData<AccountState>(['account.get_state', {}]);
      client.setQueryData(['account.get_state', {}], state);
      if (before !== undefined && accountKey(before) === accountKey(state)) return;
      // Another account's rows must not be seen, not even for a moment.
      void client.resetQueries({
        predicate: (query) => {
          const route = String(query.queryKey[0]);
          return /^(chat|model|webhook|target|delivery|admin)\./.test(route);
        },
      });
    }),
    bridge.on('activity.changed', (state) => client.setQueryData(['activity.get', {}], state)),
    bridge.on('settings.changed', (settings) => client.setQueryData(['settings.get', {}], settings)),
    bridge.on('notices.changed', (notices) => client.setQueryData(['app.list_notices', {}], notices)),
    bridge.on('chats.changed', () => stale('chat.list', 'chat.list_pinned', 'chat.search')),
    bridge.on('chat.changed', ({ chatId }) => {
      void client.invalidateQueries({ queryKey: ['chat.get', { id: chatId }] });
    }),
    bridge.on('run.changed', (run) => {
      client.setQueryData<RunState[]>(['chat.list_runs', {}], (runs) => mergeRun(runs ?? [], run));
      if (run.status !== 'running') {
        void client.invalidateQueries({ queryKey: ['chat.get', { id: run.chatId }] });
      }
    }),
    bridge.on('deliveries.changed', () =>
      stale('delivery.list', 'delivery.explain_last', 'admin.list_deliveries'),
    ),
    bridge.on('targets.changed', () => stale('target.list', 'webhook.get')),
  ];
  return () => {
    for (const off of undo) off();
  };
}
