import { fail, ok } from '../../shared/result.ts';
import type { DomainHandlers } from './router.ts';
import type { Services } from './services.ts';

/** Schemes a window may hand to the system. */
const OUTSIDE = new Set(['http:', 'https:', 'mailto:']);

export function appHandlers(s: Services): DomainHandlers<'app'> {
  return {
    'app.get_info': (_input, { role }) =>
      ok({
        version: s.version,
        host: s.windows.kind,
        platform: s.platform,
        windowRole: role,
        logFolder: s.logFolder,
        dataFolder: s.dataFolder,
        vault: { kind: s.vault.kind, words: s.vault.words },
      }),
    'app.open_window': async ({ role, section }) => {
      if (role === 'admin') {
        const session = s.accounts.session();
        if (!session.ok) return session;
        if (session.data.user.role !== 'admin')
          return fail('FORBIDDEN', 'Only admins can open the admin window.');
      }
      return ok(await s.windows.open(role, section));
    },
    'app.open_log_folder': async () =>
      ok({ folder: s.logFolder, opened: await s.windows.openFolder(s.logFolder) }),
    'app.open_external': async ({ url }) => {
      const parsed = URL.canParse(url) ? new URL(url) : null;
      if (!parsed || !OUTSIDE.has(parsed.protocol))
        return fail('REFUSED', 'Hark opens web and mail links only; this is another kind.', { field: 'url' });
      return ok({ opened: await s.windows.openExternal(parsed.href) });
    },
    'app.list_notices': () => ok(s.notices.list()),
    'app.dismiss_notice': ({ id }) => {
      s.notices.dismiss(id);
      return ok(null);
    },
  };
}

export function accountHandlers(s: Services): DomainHandlers<'account'> {
  return {
    'account.get_state': () => ok(s.accounts.state()),
    'account.retry': async () => ok(await s.accounts.retry()),
    'account.sign_in': ({ email, password }) => s.accounts.signIn(email.trim(), password),
    'account.sign_up': ({ name, email, password }) => s.accounts.signUp(name, email.trim(), password),
    'account.sign_out': async () => ok(await s.accounts.signOut()),
    'account.update_profile': ({ name }) => s.accounts.updateProfile(name),
    'account.change_password': ({ current, next }) => s.accounts.changePassword(current, next),
  };
}

export function settingsHandlers(s: Services): DomainHandlers<'settings'> & DomainHandlers<'activity'> {
  return {
    'settings.get': () => ok(s.settings.get()),
    'settings.update': (patch) => ok(s.settings.update(patch)),
    'activity.get': () => ok(s.activity.state()),
  };
}
