import * as z from 'zod';
import { answer, refuse, type Answer } from '../http/answer.ts';
import { route, type Route } from '../http/router.ts';
import type { ServerContext } from '../context.ts';
import { adminConfigSchema } from './admin-config.ts';
import { passwordFault } from './password.ts';
import { isEmail, type Account } from './users.ts';

const DEFAULT_IMAGE = '/user.png';
// Measured in bytes by nobody but the body limit; a picture as a data URL fits.
const image = z.string().max(700_000);
const name = z
  .string()
  .trim()
  .min(1, 'Enter a name.')
  .max(200, 'The name is too long: at most 200 characters.');
const secret = z.string().max(10_000);

const WRONG_CREDENTIALS =
  'The email or password provided is incorrect. Please check for typos and try logging in again.';
const EMAIL_TAKEN =
  'This email is already registered. Sign in with your existing account or choose another email.';
const BAD_EMAIL = 'The email format you entered is invalid. Please enter it as you@example.com.';

const tooMany = (seconds: number): Answer =>
  refuse(429, 'Too many tries. Please wait before you try again.', { 'retry-after': String(seconds) });

/** Sign-up, sign-in, session, profile and admin settings, at /api/v1/auths. */
export function authRoutes(context: ServerContext): Route[] {
  const { users, sessions, passwords, settings, limits, hub, webhook } = context;

  const describe = (user: Account) => ({
    id: user.id,
    email: user.email,
    name: user.name,
    role: user.role,
    profile_image_url: user.profile_image_url,
  });
  const session = (user: Account, token: string, expiresAt: number | null) => ({
    token,
    token_type: 'Bearer',
    expires_at: expiresAt,
    ...describe(user),
    permissions: permissionsFor(user),
  });
  const openSession = (user: Account): Answer => {
    const { token, expiresAt } = sessions.create(user.id);
    return answer(session(user, token, expiresAt));
  };
  /** Checks what sign-up and an admin's "add" have in common; null when all is well. */
  const accountFault = (email: string, password: string): Answer | null => {
    if (!isEmail(email)) return refuse(400, BAD_EMAIL);
    const weak = passwordFault(password);
    if (weak) return refuse(400, weak);
    return users.byEmail(email) ? refuse(400, EMAIL_TAKEN) : null;
  };

  return [
    route({
      method: 'POST',
      path: '/api/v1/auths/signup',
      access: 'anyone',
      body: z.object({
        name,
        email: z.string().max(400),
        password: secret,
        profile_image_url: image.optional(),
      }),
      handle: async ({ address }, body) => {
        // The first account is never barred: a server nobody can enter helps nobody.
        if (users.any() && !settings.get().ENABLE_SIGNUP)
          return refuse(403, 'Sign-up is switched off on this server. Ask its administrator for an account.');
        const wait = limits.signups.waitSeconds(address);
        if (wait > 0) return tooMany(wait);
        const fault = accountFault(body.email, body.password);
        if (fault) return fault;
        limits.signups.count(address);

        const user = users.create({
          email: body.email,
          name: body.name,
          passwordHash: await passwords.hash(body.password),
          profileImageUrl: body.profile_image_url ?? DEFAULT_IMAGE,
          role: settings.defaultRole(),
          announce: true,
        });
        if (!user) return refuse(400, EMAIL_TAKEN);
        webhook.announceNew();
        return openSession(user);
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/auths/signin',
      access: 'anyone',
      body: z.object({ email: z.string().max(400), password: secret }),
      handle: async ({ address }, { email, password }) => {
        const key = email.trim().toLowerCase();
        const wait = Math.max(limits.byEmail.waitSeconds(key), limits.byAddress.waitSeconds(address));
        if (wait > 0) return tooMany(wait);
        // Counted before the slow check, else many at once would all slip through.
        limits.byEmail.count(key);
        limits.byAddress.count(address);
        const user = users.byEmail(email);
        const stored = user ? users.passwordOf(user.id) : null;
        if (!(await passwords.verify(password, stored)) || !user || stored === null)
          return refuse(400, WRONG_CREDENTIALS);
        limits.byEmail.clear(key);
        limits.byAddress.clear(address);
        if (passwords.isOutdated(stored)) users.setPassword(user.id, await passwords.hash(password));
        const fresh = users.get(user.id);
        return fresh ? openSession(fresh) : refuse(400, WRONG_CREDENTIALS);
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/auths/signout',
      access: 'anyone',
      handle: ({ token }) => {
        if (token !== null) {
          sessions.remove(token);
          hub.disconnectToken(token);
        }
        return answer({ status: true });
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/auths/',
      access: 'signed_in',
      handle: ({ user, token }) => answer(session(user, token ?? '', sessions.expiresAt(token ?? ''))),
    }),
    route({
      method: 'POST',
      path: '/api/v1/auths/update/profile',
      access: 'verified',
      body: z.object({ name, profile_image_url: image }),
      handle: ({ user }, body) => {
        const saved = users.setProfile(user.id, body.name, body.profile_image_url);
        return saved ? answer(describe(saved)) : refuse(400, WRONG_CREDENTIALS);
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/auths/update/password',
      access: 'signed_in',
      body: z.object({ password: secret, new_password: secret }),
      handle: async ({ user, token }, body) => {
        const wait = limits.byEmail.waitSeconds(user.email);
        if (wait > 0) return tooMany(wait);
        limits.byEmail.count(user.email);
        if (!(await passwords.verify(body.password, users.passwordOf(user.id))))
          return refuse(400, 'The present password is not right.');
        limits.byEmail.clear(user.email);
        const weak = passwordFault(body.new_password);
        if (weak) return refuse(400, weak);
        users.setPassword(user.id, await passwords.hash(body.new_password));
        // Whoever had the old password is signed out everywhere else.
        sessions.removeOthers(user.id, token);
        hub.disconnectUser(user.id, token);
        return answer(true);
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/auths/add',
      access: 'admin',
      body: z.object({
        name,
        email: z.string().max(400),
        password: secret,
        profile_image_url: image.optional(),
        role: z.enum(['pending', 'user', 'admin']).default('pending'),
      }),
      handle: async (_call, body) => {
        const fault = accountFault(body.email, body.password);
        if (fault) return fault;
        const user = users.create({
          email: body.email,
          name: body.name,
          passwordHash: await passwords.hash(body.password),
          profileImageUrl: body.profile_image_url ?? DEFAULT_IMAGE,
          role: body.role,
          announce: false,
        });
        if (!user) return refuse(400, EMAIL_TAKEN);
        return answer({ token: sessions.create(user.id).token, token_type: 'Bearer', ...describe(user) });
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/auths/admin/details',
      access: 'signed_in',
      handle: () => {
        const { SHOW_ADMIN_DETAILS, ADMIN_EMAIL } = settings.get();
        if (!SHOW_ADMIN_DETAILS) return refuse(400, 'This action is not allowed on this server.');
        const admin = ADMIN_EMAIL ? users.byEmail(ADMIN_EMAIL) : users.first();
        return answer({ name: admin?.name ?? null, email: ADMIN_EMAIL || (admin?.email ?? null) });
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/auths/admin/config',
      access: 'admin',
      handle: () => answer(settings.get()),
    }),
    route({
      method: 'POST',
      path: '/api/v1/auths/admin/config',
      access: 'admin',
      body: adminConfigSchema,
      handle: (_call, body) => answer(settings.save(body)),
    }),
  ];
}

/** Open WebUI's permission tree, as far as this server has the feature. */
function permissionsFor(user: Account) {
  const verified = user.role !== 'pending';
  return {
    workspace: { models: false, knowledge: false, prompts: false, tools: false },
    sharing: {},
    chat: {
      controls: verified,
      system_prompt: verified,
      params: verified,
      delete: verified,
      edit: verified,
      regenerate_response: verified,
      multiple_models: verified,
      file_upload: false,
      share: false,
      export: verified,
      temporary: verified,
    },
    features: { folders: verified, web_search: false, image_generation: false, code_interpreter: false },
    settings: { interface: verified },
  };
}
