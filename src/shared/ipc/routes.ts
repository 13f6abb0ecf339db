import * as z from 'zod';
import type {
  AccountState,
  ActivityState,
  AdminGeneral,
  AdminUser,
  AppInfo,
  AppNotice,
  ChatDetail,
  ChatSummary,
  Connection,
  Model,
  RunState,
  Settings,
} from '../domain.ts';
import { ADMIN_EVENTS, CHAT_EVENTS } from '../webhook-events.ts';
import { DELIVERY_STATES, PRIVACY_LEVELS, RECEIVER_KINDS } from '../webhooks.ts';
import type { Delivery, TargetView, TestOutcome } from '../webhooks.ts';

interface Route<Input extends z.ZodType, Output> {
  input: Input;
  /** Type only; never present at run time. */
  output?: Output;
}
const route =
  <Output>() =>
  <Input extends z.ZodType>(input: Input): Route<Input, Output> => ({ input });

const none = z.strictObject({});
const id = z.string().min(1).max(200);
const url = z.string().max(8192, 'The address is too long: at most 8,192 characters.');
const page = z.int().min(1).max(100_000).default(1);
const hhmm = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write the time as HH:MM, such as 22:00.');

const when = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('away') }),
  z.strictObject({ mode: z.literal('always') }),
  z.strictObject({ mode: z.literal('away_for'), seconds: z.int().min(1).max(86_400) }),
]);

/** A target as a window sends it. Absent secrets stay as stored. */
export const targetInput = z.strictObject({
  id: id.nullable(),
  name: z.string().trim().max(80),
  /** null keeps the stored URL. */
  url: url.nullable(),
  /** null follows the URL. */
  kind: z.enum(RECEIVER_KINDS).nullable(),
  enabled: z.boolean(),
  events: z.array(z.enum([...CHAT_EVENTS, ...ADMIN_EVENTS])).max(8),
  when,
  privacy: z.enum(PRIVACY_LEVELS),
  minAnswerSeconds: z.number().min(0).max(86_400),
  quietHours: z.strictObject({ from: hhmm, to: hhmm, timeZone: z.string().max(64) }).nullable(),
  shelfLifeHours: z
    .number()
    .min(0.05)
    .max(24 * 30),
  /** value null keeps the stored one. */
  headers: z
    .array(z.strictObject({ name: z.string().max(128), value: z.string().max(4096).nullable() }))
    .max(20),
  options: z.record(z.string().max(40), z.string().max(400)),
  caPem: z.string().max(200_000).nullable(),
});
export type TargetInput = z.infer<typeof targetInput>;

const deliveryFilter = z.strictObject({
  scope: z.enum(['user', 'admin']),
  states: z.array(z.enum(DELIVERY_STATES)).optional(),
  targetId: id.optional(),
  event: z.enum([...CHAT_EVENTS, ...ADMIN_EVENTS]).optional(),
  /** Rows created before this time (ms): the next page. */
  before: z.number().optional(),
  limit: z.int().min(1).max(500).default(50),
});

/** Every request a window can make: `domain.verb_noun` → input schema and output type. */
export const routes = {
  'app.get_info': route<AppInfo>()(none),
  'app.open_window': route<{ opened: true } | { url: string }>()(
    z.strictObject({ role: z.enum(['chat', 'settings', 'admin']), section: z.string().max(40).optional() }),
  ),
  'app.open_log_folder': route<{ folder: string; opened: boolean }>()(none),
  /** http(s) and mailto only; the browser host returns false and the page opens it itself. */
  'app.open_external': route<{ opened: boolean }>()(z.strictObject({ url })),
  'app.list_notices': route<AppNotice[]>()(none),
  'app.dismiss_notice': route<null>()(z.strictObject({ id })),

  'account.get_state': route<AccountState>()(none),
  'account.retry': route<AccountState>()(none),
  'account.sign_in': route<AccountState>()(
    z.strictObject({ email: z.string().max(320), password: z.string().max(1000) }),
  ),
  'account.sign_up': route<AccountState>()(
    z.strictObject({
      name: z.string().trim().min(1, 'Enter your name.').max(200),
      email: z.string().max(320),
      password: z.string().max(1000),
    }),
  ),
  'account.sign_out': route<AccountState>()(none),
  'account.update_profile': route<AccountState>()(
    z.strictObject({ name: z.string().trim().min(1, 'Enter your name.').max(200) }),
  ),
  'account.change_password': route<null>()(
    z.strictObject({ current: z.string().max(1000), next: z.string().max(1000) }),
  ),

  'model.list': route<Model[]>()(none),

  'chat.list': route<{ items: ChatSummary[]; more: boolean }>()(z.strictObject({ page })),
  'chat.list_pinned': route<ChatSummary[]>()(none),
  'chat.search': route<{ items: ChatSummary[]; more: boolean }>()(
    z.strictObject({ text: z.string().max(500), page }),
  ),
  'chat.get': route<ChatDetail>()(z.strictObject({ id })),
  /** Which chat this window shows; its stream text comes as `chat.stream`. */
  'chat.watch': route<{ run: RunState | null; text: string | null }>()(
    z.strictObject({ chatId: id.nullable() }),
  ),
  'chat.ask': route<{ chatId: string; userMessageId: string; messageId: string }>()(
    z.strictObject({
      chatId: id.nullable(),
      /** The message to answer under; null for the start of a chat. */
      parentId: id.nullable(),
      model: id,
      prompt: z
        .string()
        .min(1, 'Write something first.')
        .max(1_000_000, 'The prompt is too long: at most 1,000,000 characters.'),
    }),
  ),
  /** A new answer beside the given one, under the same prompt. */
  'chat.regenerate': route<{ chatId: string; messageId: string }>()(
    z.strictObject({ chatId: id, messageId: id, model: id.optional() }),
  ),
  'chat.stop': route<null>()(z.strictObject({ chatId: id })),
  'chat.rename': route<null>()(
    z.strictObject({ id, title: z.string().trim().min(1, 'Enter a title.').max(300) }),
  ),
  'chat.delete': route<null>()(z.strictObject({ id })),
  'chat.toggle_pin': route<{ pinned: boolean }>()(z.strictObject({ id })),
  'chat.toggle_archive': route<{ archived: boolean }>()(z.strictObject({ id })),
  'chat.list_runs': route<RunState[]>()(none),

  'settings.get': route<Settings>()(none),
  'settings.update': route<Settings>()(
    z.strictObject({
      theme: z.enum(['system', 'light', 'dark']).optional(),
      textSize: z.int().min(75).max(200).optional(),
      sendWithEnter: z.boolean().optional(),
      defaultModel: id.nullable().optional(),
      activity: z
        .strictObject({ idleSeconds: z.int().min(0).max(86_400), holdSeconds: z.int().min(0).max(30) })
        .partial()
        .optional(),
      notifications: z.strictObject({ toast: z.boolean(), sound: z.boolean() }).partial().optional(),
    }),
  ),

  'activity.get': route<ActivityState>()(none),

  /** The simple field: one webhook, Save. An empty URL removes it. */
  'webhook.get': route<TargetView | null>()(none),
  'webhook.save': route<TargetView | null>()(z.strictObject({ url })),
  /** Tests the typed URL, or the stored one when none is given. */
  'webhook.test': route<TestOutcome>()(z.strictObject({ url: url.optional() })),
  'target.list': route<TargetView[]>()(none),
  'target.save': route<TargetView>()(targetInput),
  'target.delete': route<null>()(z.strictObject({ id })),
  'target.resume': route<TargetView>()(z.strictObject({ id })),
  'target.test': route<TestOutcome>()(z.strictObject({ id })),
  /** What would be sent, secrets masked. */
  'target.preview': route<{ method: string; url: string; headers: [string, string][]; body: string }>()(
    z.strictObject({ target: targetInput, event: z.enum([...CHAT_EVENTS, ...ADMIN_EVENTS]) }),
  ),
  /** Makes or rotates the signing key; the key is shown this once. */
  'target.rotate_secret': route<{ secret: string; target: TargetView }>()(z.strictObject({ id })),
  'target.remove_secret': route<TargetView>()(z.strictObject({ id })),

  'delivery.list': route<{ items: Delivery[]; more: boolean }>()(deliveryFilter),
  'delivery.redeliver': route<null>()(z.strictObject({ id })),
  'delivery.curl': route<{ command: string }>()(z.strictObject({ id })),
  'delivery.export': route<{ json: string }>()(z.strictObject({ scope: z.enum(['user', 'admin']) })),
  /** "Why was I not told?" for the last answer, in plain words. */
  'delivery.explain_last': route<{ words: string; deliveryId: string | null }>()(none),

  'admin.get_general': route<AdminGeneral>()(none),
  'admin.save_general': route<AdminGeneral>()(
    z.strictObject({
      enableSignup: z.boolean().optional(),
      defaultRole: z.enum(['pending', 'user', 'admin']).optional(),
    }),
  ),
  'admin.save_webhook': route<AdminGeneral>()(z.strictObject({ url })),
  'admin.test_webhook': route<TestOutcome>()(z.strictObject({ url: url.optional() })),
  'admin.list_deliveries': route<Delivery[]>()(
    z.strictObject({ limit: z.int().min(1).max(200).default(20) }),
  ),
  'admin.redeliver': route<null>()(z.strictObject({ id })),
  'admin.list_users': route<{ users: AdminUser[]; total: number; perPage: number }>()(
    z.strictObject({
      page,
      query: z.string().max(200).default(''),
      orderBy: z.enum(['name', 'email', 'role', 'created_at', 'last_active_at']).default('created_at'),
      direction: z.enum(['asc', 'desc']).default('desc'),
    }),
  ),
  'admin.set_role': route<null>()(z.strictObject({ id, role: z.enum(['pending', 'user', 'admin']) })),
  'admin.add_user': route<null>()(
    z.strictObject({
      name: z.string().trim().min(1, 'Enter a name.').max(200),
      email: z.string().max(320),
      password: z.string().max(1000),
      role: z.enum(['pending', 'user', 'admin']),
    }),
  ),
  'admin.delete_user': route<null>()(z.strictObject({ id })),
  'admin.list_connections': route<Connection[]>()(none),
  'admin.save_connection': route<Connection[]>()(
    z.strictObject({
      url,
      /** null keeps the stored key */ key: z.string().max(1000).nullable(),
      enabled: z.boolean().default(true),
    }),
  ),
  'admin.delete_connection': route<Connection[]>()(z.strictObject({ url })),
  'admin.verify_connection': route<{ models: string[] }>()(
    z.strictObject({ url, key: z.string().max(1000).nullable() }),
  ),
} as const;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
/** What a window sends: defaults may be left out. */
export type RouteInput<N extends RouteName> = z.input<Routes[N]['input']>;
/** What a handler gets: parsed, defaults filled. */
export type RouteParsed<N extends RouteName> = z.output<Routes[N]['input']>;
export type RouteOutput<N extends RouteName> =
  NonNullable<Routes[N]['output']> | (null extends Routes[N]['output'] ? null : never);
