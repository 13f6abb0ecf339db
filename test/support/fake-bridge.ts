import type {
  AccountState,
  AdminGeneral,
  AdminUser,
  AppNotice,
  ChatDetail,
  ChatMessage,
  ChatSummary,
  Connection,
  Model,
  RunState,
  Settings,
  User,
} from '../../src/shared/domain.ts';
import type { HarkBridge } from '../../src/shared/ipc/bridge.ts';
import type { IpcEventName, IpcEvents } from '../../src/shared/ipc/events.ts';
import type { RouteInput, RouteName, RouteOutput } from '../../src/shared/ipc/routes.ts';
import { fail, ok } from '../../src/shared/result.ts';
import type { Result } from '../../src/shared/result.ts';
import type { Delivery, TargetView, TestOutcome } from '../../src/shared/webhooks.ts';

export const ADA: User = {
  id: 'u1',
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  role: 'admin',
  profileImageUrl: null,
};

export const SERVER = {
  id: 's1',
  url: 'http://127.0.0.1:41234',
  name: 'Hark',
  version: '0.1.0',
  embedded: true,
  onboarding: false,
  signupOpen: true,
};

/** A message with usual values. */
export function message(part: Partial<ChatMessage> & Pick<ChatMessage, 'id' | 'role'>): ChatMessage {
  return {
    parentId: null,
    childrenIds: [],
    content: '',
    model: part.role === 'assistant' ? 'hark-demo' : null,
    timestamp: 1_790_000_000,
    done: true,
    error: null,
    stopped: false,
    ...part,
  };
}

/** A chat from messages in order of their time; children follow from parents. */
export function chatOf(summary: ChatSummary, messages: readonly ChatMessage[]): ChatDetail {
  const byId: Record<string, ChatMessage> = {};
  for (const each of messages) {
    byId[each.id] = {
      ...each,
      childrenIds: messages.filter((other) => other.parentId === each.id).map((other) => other.id),
    };
  }
  return { ...summary, models: ['hark-demo'], messages: byId, currentId: messages.at(-1)?.id ?? null };
}

/** A chat's row with usual values; `updatedAt` in seconds. */
export function summary(id: string, title: string, updatedAt: number, pinned = false): ChatSummary {
  return { id, title, updatedAt, createdAt: updatedAt, pinned, archived: false };
}

/** A target as a window sees it, with usual values. */
export function targetView(part: Partial<TargetView> = {}): TargetView {
  return {
    id: 't1',
    name: 'Notification Webhook',
    kind: 'slack',
    kindChosen: false,
    enabled: true,
    events: ['chat_response', 'chat_failed'],
    when: { mode: 'away' },
    privacy: 'full',
    minAnswerSeconds: 0,
    quietHours: null,
    shelfLifeHours: 24,
    headerNames: [],
    options: {},
    caPem: null,
    signing: { enabled: false, previousUntil: null },
    paused: null,
    createdAt: 0,
    urlMasked: 'https://hooks.slack.com/services/…',
    warnings: [],
    ...part,
  };
}

/** A delivery row with usual values. */
export function delivery(part: Partial<Delivery> = {}): Delivery {
  const now = Date.now();
  return {
    id: 'msg_1',
    event: 'chat_response',
    subject: 'Lighthouses',
    chatId: 'c1',
    targetId: 't1',
    targetName: 'Notification Webhook',
    targetKind: 'slack',
    urlMasked: 'https://hooks.slack.com/services/…',
    state: 'delivered',
    reason: 'The receiver said: ok',
    createdAt: now - 60_000,
    updatedAt: now - 59_000,
    nextAt: null,
    expiresAt: now + 86_400_000,
    attempts: [
      {
        at: now - 59_500,
        why: 'automatic',
        status: 200,
        latencyMs: 184,
        words: 'The receiver said: ok',
        answer: 'ok',
      },
    ],
    ...part,
  };
}

/** Everything the fake knows; tests change it before or while the window runs. */
export interface FakeData {
  account: AccountState;
  settings: Settings;
  models: Model[];
  chats: ChatSummary[];
  details: Record<string, ChatDetail>;
  runs: RunState[];
  webhook: TargetView | null;
  targets: TargetView[];
  deliveries: Delivery[];
  notices: AppNotice[];
  general: AdminGeneral;
  users: AdminUser[];
  connections: Connection[];
  test: TestOutcome;
}

/** A signed-in admin with the demo model and nothing else. */
export function emptyData(): FakeData {
  return {
    account: { status: 'signed_in', server: SERVER, user: ADA },
    settings: {
      theme: 'system',
      textSize: 100,
      sendWithEnter: true,
      defaultModel: null,
      activity: { idleSeconds: 0, holdSeconds: 0 },
      notifications: { toast: true, sound: false },
    },
    models: [
      { id: 'hark-demo', name: 'Hark demo', ownedBy: 'demo', description: 'Needs nothing; says so plainly.' },
    ],
    chats: [],
    details: {},
    runs: [],
    webhook: null,
    targets: [],
    deliveries: [],
    notices: [],
    general: {
      enableSignup: true,
      defaultRole: 'pending',
      webhook: null,
      hasDeliveryLog: true,
    },
    users: [],
    connections: [],
    test: {
      delivered: true,
      status: 200,
      latencyMs: 184,
      words: 'The receiver said: ok',
      answer: 'ok',
      urlMasked: 'https://hooks.slack.com/services/…',
      kind: 'slack',
    },
  };
}

type Handler<N extends RouteName> = (
  input: RouteInput<N>,
) => Result<RouteOutput<N>> | Promise<Result<RouteOutput<N>>>;
type HandlerMap = { [N in RouteName]?: Handler<N> };

export interface FakeBridge {
  bridge: HarkBridge;
  data: FakeData;
  /** Every request made, in order. */
  calls: { route: RouteName; input: unknown }[];
  /** Replaces what a route does. */
  handle: <N extends RouteName>(route: N, handler: Handler<N>) => void;
  /** Sends an event to the window. */
  emit: <E extends IpcEventName>(event: E, payload: IpcEvents[E]) => void;
}

function readHandlers(data: FakeData): HandlerMap {
  const general = (): Result<AdminGeneral> => ok({ ...data.general });
  return {
    'app.get_info': () =>
      ok({
        version: '0.1.0',
        host: 'browser',
        platform: 'linux',
        windowRole: 'chat',
        logFolder: '/home/ada/.local/state/hark',
        dataFolder: '/home/ada/.local/share/hark',
        vault: {
          kind: 'file',
          words: 'In a file only you can read: no keychain was found on this computer.',
        },
      }),
    'app.open_window': () => ok({ opened: true }),
    'app.open_external': () => ok({ opened: true }),
    'app.open_log_folder': () => ok({ folder: '/home/ada/.local/state/hark', opened: true }),
    'app.list_notices': () => ok([...data.notices]),
    'account.get_state': () => ok(data.account),
    'account.retry': () => ok(data.account),
    'model.list': () => ok([...data.models]),
    'chat.list': () => ok({ items: data.chats.filter((chat) => !chat.pinned), more: false }),
    'chat.list_pinned': () => ok(data.chats.filter((chat) => chat.pinned)),
    'chat.search': ({ text }) =>
      ok({
        items: data.chats.filter((chat) => chat.title.toLowerCase().includes(text.toLowerCase())),
        more: false,
      }),
    'chat.get': ({ id }) => {
      const detail = data.details[id];
      return detail === undefined
        ? fail('NOT_FOUND', 'This chat was deleted, or belongs to somebody else.')
        : ok(detail);
    },
    'chat.watch': () => ok({ run: null, text: null }),
    'chat.list_runs': () => ok([...data.runs]),
    'settings.get': () => ok(data.settings),
    'activity.get': () =>
      ok({ active: true, since: Date.now(), words: 'Looking: the chat window has focus' }),
    'webhook.get': () => ok(data.webhook),
    'webhook.test': () => ok(data.test),
    'target.list': () => ok([...data.targets]),
    'target.test': () => ok(data.test),
    'target.preview': ({ target, event }) =>
      ok({
        method: 'POST',
        url: target.url ?? 'https://hooks.slack.com/services/…',
        headers: [['content-type', 'application/json']],
        body: JSON.stringify({ event, chat: { id: 'test', title: 'Test from Hark' } }),
      }),
    'delivery.list': ({ states, limit = 50 }) => {
      const rows = data.deliveries.filter((row) => states?.includes(row.state) ?? true);
      return ok({ items: rows.slice(0, limit), more: rows.length > limit });
    },
    'delivery.redeliver': () => ok(null),
    'delivery.export': () => ok({ json: JSON.stringify(data.deliveries) }),
    'delivery.curl': () => ok({ command: "curl -X POST 'https://hooks.slack.com/services/…'" }),
    'delivery.explain_last': () =>
      ok({
        words: 'You were looking at the chat when the answer came, so nobody was called.',
        deliveryId: null,
      }),
    'admin.get_general': general,
    'admin.test_webhook': () => ok({ ...data.test, kind: 'generic' }),
    'admin.list_deliveries': () => ok(data.deliveries.filter((row) => row.event === 'new_user')),
    'admin.list_users': ({ page = 1, query = '' }) => {
      const found = data.users.filter((user) => `${user.name} ${user.email}`.includes(query));
      return ok({ users: found.slice((page - 1) * 30, page * 30), total: found.length, perPage: 30 });
    },
    'admin.list_connections': () => ok([...data.connections]),
    'admin.verify_connection': () => ok({ models: ['llama3.3:70b', 'qwen3:8b'] }),
  };
}

function writeHandlers(data: FakeData, emit: FakeBridge['emit']): HandlerMap {
  const chats = (): void => emit('chats.changed', {});
  return {
    'app.dismiss_notice': ({ id }) => {
      data.notices = data.notices.filter((notice) => notice.id !== id);
      emit('notices.changed', data.notices);
      return ok(null);
    },
    'settings.update': (patch) => {
      data.settings = {
        ...data.settings,
        ...patch,
        activity: { ...data.settings.activity, ...patch.activity },
        notifications: { ...data.settings.notifications, ...patch.notifications },
      };
      emit('settings.changed', data.settings);
      return ok(data.settings);
    },
    'chat.rename': ({ id, title }) => {
      data.chats = data.chats.map((chat) => (chat.id === id ? { ...chat, title } : chat));
      chats();
      return ok(null);
    },
    'chat.toggle_pin': ({ id }) => {
      data.chats = data.chats.map((chat) => (chat.id === id ? { ...chat, pinned: !chat.pinned } : chat));
      chats();
      return ok({ pinned: data.chats.find((chat) => chat.id === id)?.pinned ?? false });
    },
    'chat.delete': ({ id }) => {
      data.chats = data.chats.filter((chat) => chat.id !== id);
      chats();
      return ok(null);
    },
    'webhook.save': ({ url }) => {
      if (url !== '' && !url.startsWith('http')) {
        return fail('VALIDATION_FAILED', 'A webhook address begins with https:// or http://.', {
          field: 'url',
        });
      }
      data.webhook =
        url === ''
          ? null
          : targetView({ urlMasked: `https://${url.split('/')[2] ?? ''}/…`, kind: 'generic' });
      emit('targets.changed', {});
      return ok(data.webhook);
    },
    'admin.save_general': (patch) => {
      data.general = { ...data.general, ...patch };
      return ok(data.general);
    },
    'admin.set_role': ({ id, role }) => {
      data.users = data.users.map((user) => (user.id === id ? { ...user, role } : user));
      return ok(null);
    },
    'admin.delete_user': ({ id }) => {
      data.users = data.users.filter((user) => user.id !== id);
      return ok(null);
    },
  };
}

/** A bridge over data in memory, without a main process. Routes it does not know answer ROUTE_NOT_FOUND. */
export function createFakeBridge(part: Partial<FakeData> = {}): FakeBridge {
  const data = { ...emptyData(), ...part };
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  const emit: FakeBridge['emit'] = (event, payload) => {
    for (const listener of listeners.get(event) ?? []) listener(payload);
  };
  const handlers = new Map<string, (input: never) => unknown>(
    Object.entries({ ...readHandlers(data), ...writeHandlers(data, emit) }),
  );
  const calls: FakeBridge['calls'] = [];
  const bridge = {
    request: async (route: RouteName, input: unknown): Promise<unknown> => {
      calls.push({ route, input });
      const handler = handlers.get(route);
      return handler === undefined
        ? fail('ROUTE_NOT_FOUND', `The fake does not know ${route}.`)
        : handler(input as never);
    },
    on: (event: string, listener: (payload: unknown) => void) => {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set);
      set.add(listener);
      return () => set.delete(listener);
    },
  } as HarkBridge;
  return {
    bridge,
    data,
    calls,
    emit,
    handle: (route, handler) => handlers.set(route, handler),
  };
}
