import * as z from 'zod';
import type { Role } from '../../shared/domain.ts';
import type { ConfigStore } from '../store/config.ts';
import { parseLifetime } from './sessions.ts';

const roleName = z.enum(['pending', 'user', 'admin']);
const text = z.string().max(10_000);
const count = z.union([z.int(), z.string().max(20)]).nullish();

/**
 * Open WebUI's admin settings, all of them: a client must send back every key it was given, and gets
 * 422 when one that is not optional is missing. This server acts on those named in the README; the
 * others are kept for the clients that show them.
 */
export const adminConfigSchema = z.object({
  SHOW_ADMIN_DETAILS: z.boolean(),
  ADMIN_EMAIL: text.nullish(),
  WEBUI_URL: text,
  ENABLE_SIGNUP: z.boolean(),
  ENABLE_API_KEYS: z.boolean(),
  ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS: z.boolean(),
  API_KEYS_ALLOWED_ENDPOINTS: text,
  DEFAULT_USER_ROLE: z.string().max(40),
  DEFAULT_GROUP_ID: text.nullish(),
  JWT_EXPIRES_IN: z.string().max(40),
  ENABLE_COMMUNITY_SHARING: z.boolean(),
  ENABLE_MESSAGE_RATING: z.boolean(),
  ENABLE_FOLDERS: z.boolean(),
  FOLDER_MAX_FILE_COUNT: count,
  AUTOMATION_MAX_COUNT: count,
  AUTOMATION_MIN_INTERVAL: count,
  ENABLE_AUTOMATIONS: z.boolean(),
  ENABLE_CHANNELS: z.boolean(),
  ENABLE_CALENDAR: z.boolean(),
  ENABLE_MEMORIES: z.boolean(),
  ENABLE_NOTES: z.boolean(),
  ENABLE_USER_WEBHOOKS: z.boolean(),
  ENABLE_USER_STATUS: z.boolean(),
  PENDING_USER_OVERLAY_TITLE: text.nullish(),
  PENDING_USER_OVERLAY_CONTENT: text.nullish(),
  RESPONSE_WATERMARK: text.nullish(),
});
export type AdminConfig = z.infer<typeof adminConfigSchema>;

/** Sign-up stays open, but who comes after the first account waits for the admin. */
const DEFAULTS: AdminConfig = {
  SHOW_ADMIN_DETAILS: true,
  ADMIN_EMAIL: null,
  WEBUI_URL: '',
  ENABLE_SIGNUP: true,
  ENABLE_API_KEYS: false,
  ENABLE_API_KEYS_ENDPOINT_RESTRICTIONS: false,
  API_KEYS_ALLOWED_ENDPOINTS: '',
  DEFAULT_USER_ROLE: 'pending',
  DEFAULT_GROUP_ID: '',
  JWT_EXPIRES_IN: '4w',
  ENABLE_COMMUNITY_SHARING: false,
  ENABLE_MESSAGE_RATING: false,
  ENABLE_FOLDERS: true,
  FOLDER_MAX_FILE_COUNT: '',
  AUTOMATION_MAX_COUNT: '',
  AUTOMATION_MIN_INTERVAL: '',
  ENABLE_AUTOMATIONS: false,
  ENABLE_CHANNELS: false,
  ENABLE_CALENDAR: false,
  ENABLE_MEMORIES: false,
  ENABLE_NOTES: false,
  ENABLE_USER_WEBHOOKS: false,
  ENABLE_USER_STATUS: false,
  PENDING_USER_OVERLAY_TITLE: '',
  PENDING_USER_OVERLAY_CONTENT: '',
  RESPONSE_WATERMARK: '',
};

export interface AdminSettings {
  get: () => AdminConfig;
  /** Saves all of it. As in Open WebUI, a role or duration that makes no sense is silently left as it was. */
  save: (next: AdminConfig) => AdminConfig;
  defaultRole: () => Role;
  /** Seconds a new session lasts; null for ever. */
  sessionSeconds: () => number | null;
}

const KEY = 'admin';

/** The admin's settings over the config table; `sessionSeconds` set at start wins over the stored one. */
export function createAdminSettings(config: ConfigStore, fixedSessionSeconds?: number): AdminSettings {
  const get = (): AdminConfig => ({
    ...DEFAULTS,
    ...config.get(KEY, adminConfigSchema.partial(), {}),
  });
  return {
    get,
    save: (next) => {
      const before = get();
      const saved: AdminConfig = {
        ...before,
        ...next,
        DEFAULT_USER_ROLE: roleName.safeParse(next.DEFAULT_USER_ROLE).success
          ? next.DEFAULT_USER_ROLE
          : before.DEFAULT_USER_ROLE,
        JWT_EXPIRES_IN:
          parseLifetime(next.JWT_EXPIRES_IN) === undefined ? before.JWT_EXPIRES_IN : next.JWT_EXPIRES_IN,
      };
      config.set(KEY, saved);
      return saved;
    },
    defaultRole: () => roleName.catch('pending').parse(get().DEFAULT_USER_ROLE),
    sessionSeconds: () => {
      if (fixedSessionSeconds !== undefined) return fixedSessionSeconds;
      const parsed = parseLifetime(get().JWT_EXPIRES_IN);
      return parsed === undefined ? 4 * 604_800 : parsed;
    },
  };
}
