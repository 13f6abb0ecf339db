import * as z from 'zod';
import type { Delivery, TestOutcome } from '../../shared/webhooks.ts';
import type { HttpTransport } from '../ports.ts';
import { createRest, type Rest } from './rest.ts';
import * as wire from './wire.ts';

const anything = z.unknown();
const harkWebhook = z
  .object({
    url_masked: z.string(),
    kind: z.string(),
    warnings: z.array(z.string()).catch([]),
    from_environment: z.boolean().catch(false),
  })
  .nullable();
/** Rows of the embedded backend's own log: same version, same types on both sides. */
const trusted = <T>(): z.ZodType<T> => z.custom<T>((value) => typeof value === 'object' && value !== null);

const q = (params: Record<string, string | number | boolean>): string =>
  new URLSearchParams(Object.entries(params).map(([k, v]): [string, string] => [k, String(v)])).toString();
const e = encodeURIComponent;

/** A completion request; see the wire reference on which fields make it a background task. */
export interface CompletionBody {
  model: string;
  messages: { role: string; content: string }[];
  stream: true;
  session_id: string;
  id: string;
  chat_id?: string;
  parent_id?: string | null;
  user_message?: Record<string, unknown>;
  background_tasks?: Record<string, boolean>;
}

/** Every call Hark makes to an Open WebUI-compatible server. All answers are Results; nothing throws. */
export function createBackendClient(options: {
  transport: HttpTransport;
  baseUrl: string;
  token: () => string | null;
}): BackendClient {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  return { baseUrl, token: options.token, ...calls(createRest({ ...options, baseUrl })) };
}

export type BackendClient = { baseUrl: string; token: () => string | null } & ReturnType<typeof calls>;

function calls(rest: Rest) {
  return {
    config: () => rest('GET', '/api/config', wire.serverConfig, { timeoutMs: 10_000 }),
    session: () => rest('GET', '/api/v1/auths/', wire.sessionUser, { timeoutMs: 10_000 }),
    signIn: (email: string, password: string) =>
      rest('POST', '/api/v1/auths/signin', wire.sessionUser, { body: { email, password } }),
    signUp: (name: string, email: string, password: string) =>
      rest('POST', '/api/v1/auths/signup', wire.sessionUser, { body: { name, email, password } }),
    signOut: () => rest('POST', '/api/v1/auths/signout', anything),
    updateProfile: (name: string, profileImageUrl: string) =>
      rest('POST', '/api/v1/auths/update/profile', anything, {
        body: { name, profile_image_url: profileImageUrl },
      }),
    changePassword: (password: string, newPassword: string) =>
      rest('POST', '/api/v1/auths/update/password', anything, {
        body: { password, new_password: newPassword },
      }),

    models: () => rest('GET', '/api/models', wire.modelList),

    listChats: (page: number) => rest('GET', `/api/v1/chats/?${q({ page })}`, z.array(wire.chatSummary)),
    pinnedChats: () => rest('GET', '/api/v1/chats/pinned', z.array(wire.chatSummary)),
    searchChats: (text: string, page: number) =>
      rest('GET', `/api/v1/chats/search?${q({ text, page })}`, z.array(wire.chatSummary)),
    getChat: (id: string) => rest('GET', `/api/v1/chats/${e(id)}`, wire.chatResponse),
    /** Shallow merge: a sent `history` replaces the whole stored one. */
    updateChat: (id: string, chat: Record<string, unknown>) =>
      rest('POST', `/api/v1/chats/${e(id)}`, anything, { body: { chat } }),
    deleteChat: (id: string) => rest('DELETE', `/api/v1/chats/${e(id)}`, anything),
    togglePin: (id: string) =>
      rest('POST', `/api/v1/chats/${e(id)}/pin`, z.object({ pinned: z.boolean().nullish() })),
    toggleArchive: (id: string) =>
      rest('POST', `/api/v1/chats/${e(id)}/archive`, z.object({ archived: z.boolean().nullish() })),
    complete: (body: CompletionBody) =>
      rest('POST', '/api/chat/completions', wire.completionAccepted, { body, timeoutMs: 60_000 }),
    stopChat: (id: string) => rest('POST', `/api/tasks/chat/${e(id)}/stop`, anything),
    stopTask: (taskId: string) => rest('POST', `/api/tasks/stop/${e(taskId)}`, anything),

    adminConfig: () => rest('GET', '/api/v1/auths/admin/config', wire.adminConfig),
    saveAdminConfig: (config: Record<string, unknown>) =>
      rest('POST', '/api/v1/auths/admin/config', wire.adminConfig, { body: config }),
    webhook: () => rest('GET', '/api/webhook', wire.webhookConfig),
    saveWebhook: (url: string) => rest('POST', '/api/webhook', wire.webhookConfig, { body: { url } }),
    users: (query: { page: number; query: string; order_by: string; direction: string }) =>
      rest('GET', `/api/v1/users/?${q(query)}`, wire.userList),
    user: (id: string) =>
      rest(
        'GET',
        `/api/v1/users/${e(id)}`,
        z.looseObject({
          name: z.string(),
          email: z.string().nullish(),
          profile_image_url: z.string().nullish(),
        }),
      ),
    updateUser: (
      id: string,
      user: { role: string; name: string; email: string; profile_image_url: string },
    ) => rest('POST', `/api/v1/users/${e(id)}/update`, anything, { body: user }),
    addUser: (user: { name: string; email: string; password: string; role: string }) =>
      rest('POST', '/api/v1/auths/add', anything, { body: user }),
    deleteUser: (id: string) => rest('DELETE', `/api/v1/users/${e(id)}`, anything),
    openaiConfig: () => rest('GET', '/openai/config', wire.openaiConfig),
    saveOpenaiConfig: (config: Record<string, unknown>) =>
      rest('POST', '/openai/config/update', wire.openaiConfig, { body: config }),
    verifyOpenai: (url: string, key: string) =>
      rest(
        'POST',
        '/openai/verify',
        z.object({ data: z.array(z.looseObject({ id: z.string() })).catch([]) }),
        {
          body: { url, key },
        },
      ),

    // Hark's own routes of the embedded backend.
    harkWebhook: () => rest('GET', '/api/v1/hark/webhook', harkWebhook),
    harkTestWebhook: (url?: string) =>
      rest('POST', '/api/v1/hark/webhook/test', trusted<TestOutcome>(), {
        body: url === undefined ? {} : { url },
      }),
    harkDeliveries: (limit: number) =>
      rest('GET', `/api/v1/hark/webhook/deliveries?${q({ limit })}`, z.array(trusted<Delivery>())),
    harkRedeliver: (id: string) =>
      rest('POST', `/api/v1/hark/webhook/deliveries/${e(id)}/redeliver`, anything),
  };
}
