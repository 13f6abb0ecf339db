import type { AdminGeneral, Connection } from '../../shared/domain.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { TargetSettings } from '../../shared/webhooks.ts';
import type { Session } from '../accounts/accounts.ts';
import { toAdminUsers } from '../backend/wire.ts';
import { refuseCredentials } from '../notify/targets.ts';
import { maskUrl } from '../webhooks/mask.ts';
import { receiverOf, recogniseReceiver } from '../webhooks/receivers/index.ts';
import type { ResolvedTarget } from '../webhooks/types.ts';
import { withSession } from './chat-handlers.ts';
import type { DomainHandlers } from './router.ts';
import type { Services } from './services.ts';
import { sampleNotice } from './webhook-handlers.ts';

/** Open WebUI gives this many users a page. */
const USERS_PER_PAGE = 30;

/** A sign-up webhook of a server that cannot test it itself: sent from here. */
function signupTarget(url: string): ResolvedTarget {
  const parsed = new URL(url);
  const settings: TargetSettings = {
    id: 'admin-test',
    name: 'Webhook URL',
    kind: recogniseReceiver(parsed),
    kindChosen: false,
    enabled: true,
    events: ['new_user'],
    when: { mode: 'always' },
    privacy: 'full',
    minAnswerSeconds: 0,
    quietHours: null,
    shelfLifeHours: 1,
    headerNames: [],
    options: {},
    caPem: null,
    signing: { enabled: false, previousUntil: null },
    paused: null,
    createdAt: 0,
  };
  return { settings, url, headers: [], signingSecrets: [] };
}

async function readGeneral({ client, config }: Session): Promise<Result<AdminGeneral>> {
  const admin = await client.adminConfig();
  if (!admin.ok) return admin;
  const base = { enableSignup: admin.data.ENABLE_SIGNUP, defaultRole: admin.data.DEFAULT_USER_ROLE };
  if (config.hark) {
    const own = await client.harkWebhook();
    if (!own.ok) return own;
    const webhook = own.data && {
      urlMasked: own.data.url_masked,
      kind: own.data.kind,
      warnings: own.data.warnings,
      fromEnvironment: own.data.from_environment,
    };
    return ok({ ...base, webhook, hasDeliveryLog: true });
  }
  const stored = await client.webhook();
  if (!stored.ok) return stored;
  const { url } = stored.data;
  if (!url || !URL.canParse(url)) return ok({ ...base, webhook: null, hasDeliveryLog: false });
  const kind = recogniseReceiver(new URL(url));
  return ok({
    ...base,
    webhook: {
      urlMasked: maskUrl(url),
      kind,
      warnings: receiverOf(kind).warnings(new URL(url)),
      fromEnvironment: false,
    },
    hasDeliveryLog: false,
  });
}

/** OpenAI-compatible connections, as Open WebUI keeps them: parallel lists, settings by index. */
async function readConnections({ client }: Session): Promise<Result<Connection[]>> {
  const config = await client.openaiConfig();
  if (!config.ok) return config;
  const { OPENAI_API_BASE_URLS: urls, OPENAI_API_KEYS: keys, OPENAI_API_CONFIGS: configs } = config.data;
  return ok(
    urls.map((url, i) => ({
      url,
      hasKey: Boolean(keys[i]),
      enabled: configs[String(i)]?.enable ?? true,
      discovered: configs[String(i)]?.['discovered'] === true,
    })),
  );
}

async function writeConnections(
  session: Session,
  change: (list: { url: string; key: string; config: Record<string, unknown> }[]) => typeof list,
): Promise<Result<Connection[]>> {
  const config = await session.client.openaiConfig();
  if (!config.ok) return config;
  const { OPENAI_API_BASE_URLS: urls, OPENAI_API_KEYS: keys, OPENAI_API_CONFIGS: configs } = config.data;
  const list: { url: string; key: string; config: Record<string, unknown> }[] = change(
    urls.map((url, i) => ({ url, key: keys[i] ?? '', config: configs[String(i)] ?? {} })),
  );
  const saved = await session.client.saveOpenaiConfig({
    ...config.data,
    OPENAI_API_BASE_URLS: list.map((c) => c.url),
    OPENAI_API_KEYS: list.map((c) => c.key),
    OPENAI_API_CONFIGS: Object.fromEntries(list.map((c, i) => [String(i), c.config])),
  });
  return saved.ok ? readConnections(session) : saved;
}

const baseUrl = (text: string): Result<string> => {
  const trimmed = text.trim().replace(/\/+$/, '');
  const parsed = URL.canParse(trimmed) ? new URL(trimmed) : null;
  return parsed && (parsed.protocol === 'http:' || parsed.protocol === 'https:')
    ? ok(trimmed)
    : fail('VALIDATION_FAILED', 'Enter the whole address, such as http://127.0.0.1:11434/v1.', {
        field: 'url',
      });
};

export function adminHandlers(s: Services): DomainHandlers<'admin'> {
  /** Only an admin's session gets through, whatever window asks; the server checks again. */
  const admin = <T>(call: (session: Session) => Promise<Result<T>>): Promise<Result<T>> =>
    withSession(s, async (session) =>
      session.user.role === 'admin' ? call(session) : fail('FORBIDDEN', 'Only admins can do this.'),
    );
  const done = (result: Result<unknown>): Result<null> => (result.ok ? ok(null) : result);

  return {
    'admin.get_general': () => admin(readGeneral),
    'admin.save_general': (patch) =>
      admin(async (session) => {
        // The server wants the whole object; keys Hark does not know go back as they came.
        const now = await session.client.adminConfig();
        if (!now.ok) return now;
        const saved = await session.client.saveAdminConfig({
          ...now.data,
          ...(patch.enableSignup === undefined ? {} : { ENABLE_SIGNUP: patch.enableSignup }),
          ...(patch.defaultRole === undefined ? {} : { DEFAULT_USER_ROLE: patch.defaultRole }),
        });
        return saved.ok ? readGeneral(session) : saved;
      }),
    'admin.save_webhook': ({ url }) =>
      admin(async (session) => {
        const text = url.trim();
        if (text !== '') {
          const clean = refuseCredentials(text);
          if (!clean.ok) return clean;
        }
        const saved = await session.client.saveWebhook(text);
        if (!saved.ok)
          return saved.error.code === 'VALIDATION_FAILED'
            ? fail('VALIDATION_FAILED', saved.error.message, { field: 'url' })
            : saved;
        return readGeneral(session);
      }),
    'admin.test_webhook': ({ url }) =>
      admin(async (session) => {
        const typed = url?.trim() === '' ? undefined : url?.trim();
        if (typed !== undefined) {
          const clean = refuseCredentials(typed);
          if (!clean.ok) return clean;
        }
        if (session.config.hark) return session.client.harkTestWebhook(typed);
        const stored = typed === undefined ? await session.client.webhook() : null;
        if (stored && !stored.ok) return stored;
        const target = typed ?? stored?.data.url;
        if (!target)
          return fail('VALIDATION_FAILED', 'Enter the address of the webhook first.', { field: 'url' });
        return ok(await s.delivery.test(signupTarget(target), sampleNotice('new_user')));
      }),
    'admin.list_deliveries': ({ limit }) =>
      admin(async ({ client, config }) => (config.hark ? client.harkDeliveries(limit) : ok([]))),
    'admin.redeliver': ({ id }) =>
      admin(async ({ client, config }) =>
        config.hark
          ? done(await client.harkRedeliver(id))
          : fail('UNSUPPORTED', 'This server keeps no delivery log.'),
      ),
    'admin.list_users': ({ page, query, orderBy, direction }) =>
      admin(async ({ client }) => {
        const list = await client.users({ page, query, order_by: orderBy, direction });
        if (!list.ok) return list;
        return ok({ users: toAdminUsers(list.data), total: list.data.total, perPage: USERS_PER_PAGE });
      }),
    'admin.set_role': ({ id, role }) =>
      admin(async ({ client, user }) => {
        if (id === user.id) return fail('REFUSED', 'You cannot change your own role; another admin can.');
        const list = await client.user(id);
        if (!list.ok) return list;
        const { name, email, profile_image_url } = list.data;
        return done(
          await client.updateUser(id, {
            role,
            name,
            email: email ?? '',
            profile_image_url: profile_image_url ?? '',
          }),
        );
      }),
    'admin.add_user': (user) =>
      admin(async ({ client }) => {
        const added = await client.addUser({ ...user, email: user.email.trim() });
        return done(added);
      }),
    'admin.delete_user': ({ id }) =>
      admin(async ({ client, user }) =>
        id === user.id
          ? fail('REFUSED', 'You cannot delete your own account here.')
          : done(await client.deleteUser(id)),
      ),
    'admin.list_connections': () => admin(readConnections),
    'admin.save_connection': ({ url, key, enabled }) =>
      admin(async (session) => {
        const checked = baseUrl(url);
        if (!checked.ok) return checked;
        return writeConnections(session, (list) => {
          const before = list.find((c) => c.url === checked.data);
          const next = {
            url: checked.data,
            key: key ?? before?.key ?? '',
            config: { ...before?.config, enable: enabled },
          };
          return before ? list.map((c) => (c === before ? next : c)) : [...list, next];
        });
      }),
    'admin.delete_connection': ({ url }) =>
      admin((session) => writeConnections(session, (list) => list.filter((c) => c.url !== url))),
    'admin.verify_connection': ({ url, key }) =>
      admin(async ({ client }) => {
        const checked = baseUrl(url);
        if (!checked.ok) return checked;
        const verified = await client.verifyOpenai(checked.data, key ?? '');
        if (verified.ok) return ok({ models: verified.data.data.map((m) => m.id) });
        return fail('VALIDATION_FAILED', verified.error.message, { field: 'url' });
      }),
  };
}
