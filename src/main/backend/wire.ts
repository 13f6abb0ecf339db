import * as z from 'zod';
import type {
  AdminUser,
  ChatDetail,
  ChatMessage,
  ChatSummary,
  Model,
  Role,
  User,
} from '../../shared/domain.ts';

// Shapes of Open WebUI's answers, as far as Hark uses them; unknown fields pass by unread.

const role = z.string().transform((r): Role => (r === 'admin' || r === 'user' ? r : 'pending'));

export const sessionUser = z.object({
  token: z.string().nullish(),
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  profile_image_url: z.string().nullish(),
});
export type SessionUser = z.infer<typeof sessionUser>;

/** The signed-in user as the rest of Hark knows it, without the token. */
export const toUser = (s: SessionUser): User => ({
  id: s.id,
  email: s.email,
  name: s.name,
  role: s.role,
  profileImageUrl: s.profile_image_url ?? null,
});

export const serverConfig = z.object({
  onboarding: z.boolean().nullish(),
  name: z.string().catch('Open WebUI'),
  version: z.string().nullish(),
  features: z
    .object({
      enable_signup: z.boolean().nullish(),
      enable_login_form: z.boolean().nullish(),
      enable_websocket: z.boolean().nullish(),
      enable_user_webhooks: z.boolean().nullish(),
    })
    .catch({}),
  /** Present on Hark's own embedded backend alone. */
  hark: z.object({}).loose().nullish(),
});
export type ServerConfig = z.infer<typeof serverConfig>;

export const modelList = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      name: z.string().nullish(),
      owned_by: z.string().nullish(),
      info: z.object({ meta: z.object({ description: z.string().nullish() }).nullish() }).nullish(),
    }),
  ),
});
export const toModels = (list: z.infer<typeof modelList>): Model[] =>
  list.data.map((m) => ({
    id: m.id,
    name: m.name ?? m.id,
    ownedBy: m.owned_by ?? 'unknown',
    description: m.info?.meta?.description ?? null,
  }));

const seconds = z.number().transform((t) => (t > 1e12 ? t / 1000 : t));

export const chatSummary = z
  .object({
    id: z.string(),
    title: z.string().catch('Untitled'),
    updated_at: seconds.catch(0),
    created_at: seconds.catch(0),
    pinned: z.boolean().nullish(),
    archived: z.boolean().nullish(),
  })
  .transform((c): ChatSummary => ({
    id: c.id,
    title: c.title,
    updatedAt: c.updated_at,
    createdAt: c.created_at,
    pinned: c.pinned ?? false,
    archived: c.archived ?? false,
  }));

const errorWords = z
  .union([
    z.string(),
    z.object({ content: z.unknown(), message: z.unknown() }).partial().loose(),
    z.boolean(),
  ])
  .transform((e): string => {
    if (typeof e === 'string') return e;
    if (typeof e === 'object') {
      const words = e.content ?? e.message;
      if (typeof words === 'string' && words !== '') return words;
    }
    return 'The answer failed.';
  });

const wireMessage = z
  .object({
    id: z.string().nullish(),
    parentId: z.string().nullish(),
    childrenIds: z.array(z.string()).catch([]),
    role: z.enum(['user', 'assistant', 'system']).catch('user'),
    content: z
      .union([
        z.string(),
        z
          .array(z.looseObject({ text: z.string().optional() }))
          .transform((parts) => parts.map((p) => p.text ?? '').join('')),
      ])
      .catch(''),
    model: z.string().nullish(),
    timestamp: seconds.catch(0),
    done: z.boolean().nullish(),
    error: errorWords.nullish(),
    stopped: z.boolean().nullish(),
  })
  .loose();

export const chatResponse = z.object({
  id: z.string(),
  title: z.string().catch('Untitled'),
  updated_at: seconds.catch(0),
  created_at: seconds.catch(0),
  pinned: z.boolean().nullish(),
  archived: z.boolean().nullish(),
  chat: z
    .object({
      title: z.string().nullish(),
      models: z.array(z.string()).catch([]),
      history: z
        .object({ currentId: z.string().nullish(), messages: z.record(z.string(), wireMessage) })
        .nullish()
        .catch(null),
    })
    .loose(),
});
export type ChatResponse = z.infer<typeof chatResponse>;

/** A stored chat as windows see it. User messages are always done; an assistant's without the mark is still being made. */
export function toChat(c: ChatResponse): ChatDetail {
  const messages: Record<string, ChatMessage> = {};
  for (const [id, m] of Object.entries(c.chat.history?.messages ?? {}))
    messages[id] = {
      id,
      parentId: m.parentId ?? null,
      childrenIds: m.childrenIds,
      role: m.role,
      content: m.content,
      model: m.model ?? null,
      timestamp: m.timestamp,
      done: m.role !== 'assistant' || (m.done ?? false) || Boolean(m.error),
      error: m.error ?? null,
      stopped: m.stopped ?? false,
    };
  return {
    id: c.id,
    title: c.title,
    updatedAt: c.updated_at,
    createdAt: c.created_at,
    pinned: c.pinned ?? false,
    archived: c.archived ?? false,
    models: c.chat.models,
    messages,
    currentId: c.chat.history?.currentId ?? null,
  };
}

export const completionAccepted = z.object({
  status: z.boolean().nullish(),
  task_ids: z.array(z.string()).nullish(),
  task_id: z.string().nullish(),
  chat_id: z.string().nullish(),
});

/** Every key is kept: the server wants the whole object back. */
export const adminConfig = z.looseObject({
  ENABLE_SIGNUP: z.boolean().catch(false),
  DEFAULT_USER_ROLE: role.catch('pending'),
});
export const webhookConfig = z.object({ url: z.string().nullish() });

export const userList = z.object({
  users: z.array(
    sessionUser
      .omit({ token: true })
      .extend({ last_active_at: seconds.nullish(), created_at: seconds.catch(0) }),
  ),
  total: z.number(),
});
export const toAdminUsers = (list: z.infer<typeof userList>): AdminUser[] =>
  list.users.map((u) => ({ ...toUser(u), lastActiveAt: u.last_active_at ?? null, createdAt: u.created_at }));

export const openaiConfig = z.looseObject({
  OPENAI_API_BASE_URLS: z.array(z.string()).catch([]),
  OPENAI_API_KEYS: z.array(z.string()).catch([]),
  OPENAI_API_CONFIGS: z.record(z.string(), z.looseObject({ enable: z.boolean().optional() })).catch({}),
});

/** A socket event, as far as Hark reads it: events carry more kinds than these. */
export const socketEvent = z.object({
  chat_id: z.string().nullish(),
  message_id: z.string().nullish(),
  data: z.object({ type: z.string(), data: z.unknown() }).loose(),
});
