import * as z from 'zod';
import { answer, refuse, type Answer } from '../http/answer.ts';
import { readQuery } from '../http/body.ts';
import { route, type Route } from '../http/router.ts';
import type { ServerContext } from '../context.ts';
import { passwordFault } from './password.ts';
import { isEmail, type Account } from './users.ts';

const role = z.enum(['pending', 'user', 'admin']);
const listQuery = z.object({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  query: z.string().max(400).default(''),
  order_by: z.string().max(40).default('created_at'),
  direction: z.string().max(10).default('desc'),
});

const withGroups = (user: Account) => ({ ...user, group_ids: [] });
const MISSING = refuse(400, 'This account does not exist any more.');
const LAST_ADMIN = refuse(403, 'This is the last administrator: make somebody else administrator first.');

/** Accounts and their settings, at /api/v1/users. */
export function userRoutes(context: ServerContext): Route[] {
  const { users, sessions, passwords, hub, tasks } = context;

  /** A socket knows the role it connected with: end it, so that the client looks again. */
  const afterChange = (before: Account, changed: ReturnType<typeof users.change>): Answer => {
    if (changed === 'missing') return MISSING;
    if (changed === 'last_admin') return LAST_ADMIN;
    if (changed === 'email_taken') return refuse(400, 'This email is already registered to another account.');
    if (changed.role !== before.role) hub.disconnectUser(before.id, null);
    return answer(withGroups(changed));
  };

  return [
    route({
      method: 'GET',
      path: '/api/v1/users/user/settings',
      access: 'verified',
      handle: ({ user }) => answer(users.settings(user.id)),
    }),
    route({
      method: 'POST',
      path: '/api/v1/users/user/settings/update',
      access: 'verified',
      body: z.looseObject({ ui: z.record(z.string(), z.unknown()).default({}) }),
      handle: ({ user }, body) => {
        // Shallow, as in Open WebUI: a sent `ui` replaces the whole stored one.
        const next = { ...users.settings(user.id), ...body };
        users.setSettings(user.id, next);
        return answer(next);
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/users/',
      access: 'admin',
      handle: ({ query }) => {
        const parsed = readQuery(query, listQuery);
        if (!parsed.ok) return parsed.answer;
        const { page, query: text, order_by: orderBy, direction } = parsed.value;
        const found = users.list({ page, query: text, orderBy, direction });
        return answer({ users: found.users.map(withGroups), total: found.total });
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/users/all',
      access: 'admin',
      handle: () => {
        const all = users.all();
        return answer({ users: all.map(withGroups), total: all.length });
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/users/:id',
      access: 'verified',
      handle: ({ user, params }) => {
        const found = users.get(params.id ?? '');
        if (!found) return MISSING;
        // Others learn the name and picture; the address is the admin's business.
        if (user.role === 'admin' || user.id === found.id)
          return answer({ ...withGroups(found), active: true });
        return answer({
          id: found.id,
          name: found.name,
          profile_image_url: found.profile_image_url,
          active: null,
        });
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/users/:id/update',
      access: 'admin',
      body: z.object({
        role: role.optional(),
        name: z.string().trim().min(1, 'Enter a name.').max(200),
        email: z.string().max(400),
        profile_image_url: z.string().max(700_000).optional(),
        password: z.string().max(10_000).nullish(),
      }),
      handle: async ({ user, params }, body) => {
        const before = users.get(params.id ?? '');
        if (!before) return MISSING;
        if (!isEmail(body.email)) return refuse(400, 'The email format you entered is invalid.');
        const weak = body.password ? passwordFault(body.password) : null;
        if (weak) return refuse(400, weak);
        if (before.id === user.id && body.role && body.role !== user.role)
          return refuse(403, 'You cannot change your own role: ask another administrator.');
        const { password, ...rest } = body;
        const changed = users.change(before.id, rest);
        if (password && typeof changed === 'object') {
          users.setPassword(before.id, await passwords.hash(password));
          sessions.removeOthers(before.id, null);
          hub.disconnectUser(before.id, null);
        }
        return afterChange(before, changed);
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/users/update/role',
      access: 'admin',
      body: z.object({ id: z.string().max(200), role }),
      handle: ({ user }, body) => {
        const before = users.get(body.id);
        if (!before) return MISSING;
        if (before.id === user.id) return refuse(403, 'You cannot change your own role.');
        return afterChange(before, users.change(before.id, { role: body.role }));
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/v1/users/:id',
      access: 'admin',
      handle: async ({ user, params }) => {
        const id = params.id ?? '';
        if (id === user.id) return refuse(403, 'You cannot delete your own account.');
        await tasks.stopUser(id);
        const outcome = users.remove(id);
        if (outcome === 'last_admin') return LAST_ADMIN;
        if (outcome === 'missing') return MISSING;
        hub.disconnectUser(id, null);
        return answer(true);
      },
    }),
  ];
}
