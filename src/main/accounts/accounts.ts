import type { AccountState, ServerInfo, User } from '../../shared/domain.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { createBackendClient, type BackendClient } from '../backend/client.ts';
import { toUser, type ServerConfig, type SessionUser } from '../backend/wire.ts';
import type { BackendProcess, Clock, HttpTransport, Logger, Vault } from '../ports.ts';

/** A signed-in account: what every call on its behalf needs. */
export interface Session {
  /** server + user: what rows, targets and runs belong to. */
  owner: string;
  serverId: string;
  client: BackendClient;
  user: User;
  token: string;
  config: ServerConfig;
}

export interface Accounts {
  start: () => Promise<void>;
  stop: () => Promise<void>;
  state: () => AccountState;
  /** The session, or why there is none. */
  session: () => Result<Session>;
  retry: () => Promise<AccountState>;
  signIn: (email: string, password: string) => Promise<Result<AccountState>>;
  signUp: (name: string, email: string, password: string) => Promise<Result<AccountState>>;
  signOut: () => Promise<AccountState>;
  updateProfile: (name: string) => Promise<Result<AccountState>>;
  changePassword: (current: string, next: string) => Promise<Result<null>>;
  /** After a 401: asks whether the session still stands, since 401 also means "not found" there. */
  recheck: () => Promise<void>;
}

const SERVER_ID = 'embedded';
const TOKEN_KEY = `account/${SERVER_ID}/token`;
const RESTART_DELAYS_MS = [100, 500, 2000, 5000, 10_000];

/** The embedded backend's account: starting, signing in and out, expiry, and the backend's own restarts. */
export function createAccounts(options: {
  backend: BackendProcess;
  transport: HttpTransport;
  vault: Vault;
  clock: Clock;
  log: Logger;
  onChange: (state: AccountState) => void;
  /** The session began, was replaced (new address or user) or ended. */
  onSession: (session: Session | null) => void;
  /** A secret could not be kept; the session goes on for this run. */
  onVaultFailure: (words: string) => void;
}): Accounts {
  const { backend, vault, clock, log } = options;
  let state: AccountState = { status: 'starting' };
  let token: string | null = null;
  let session: Session | null = null;
  let client: BackendClient | null = null;
  let config: ServerConfig | null = null;
  let restarts = 0;
  let stopped = false;
  let cancelRestart: () => void = () => undefined;
  let connecting: Promise<void> | null = null;

  const server = (): ServerInfo => ({
    id: SERVER_ID,
    url: client?.baseUrl ?? '',
    name: config?.name ?? 'Hark',
    version: config?.version ?? null,
    embedded: true,
    onboarding: config?.onboarding ?? false,
    signupOpen: (config?.onboarding ?? false) || (config?.features.enable_signup ?? false),
  });
  const become = (next: AccountState): void => {
    state = next;
    options.onChange(state);
  };
  const end = (): void => {
    if (!session) return;
    session = null;
    options.onSession(null);
  };

  const enter = (user: SessionUser): void => {
    if (!client || !config || !token) return;
    if (user.role === 'pending') {
      end();
      become({ status: 'pending', server: server(), user: toUser(user) });
      return;
    }
    session = {
      owner: `${SERVER_ID}:${user.id}`,
      serverId: SERVER_ID,
      client,
      user: toUser(user),
      token,
      config,
    };
    options.onSession(session);
    become({ status: 'signed_in', server: server(), user: session.user });
  };

  const forgetToken = async (): Promise<void> => {
    token = null;
    const result = await vault.delete(TOKEN_KEY);
    if (!result.ok)
      log.warn('the old session could not be removed from the vault', { words: result.error.message });
  };

  const connectOnce = async (): Promise<void> => {
    const started = await backend.start();
    if (stopped) return;
    if (!started.ok) {
      end();
      become({ status: 'unreachable', server: server(), words: started.error.message });
      return;
    }
    client = createBackendClient({
      transport: options.transport,
      baseUrl: started.data.url,
      token: () => token,
    });
    token ??= await vault.get(TOKEN_KEY);
    const found = await client.config();
    if (!found.ok) {
      if (found.error.code === 'SIGNED_OUT' && token) {
        // The configuration itself refuses a token it does not know.
        await forgetToken();
        return connectOnce();
      }
      end();
      become({ status: 'unreachable', server: server(), words: found.error.message });
      return;
    }
    config = found.data;
    if (!token) {
      end();
      become({ status: 'signed_out', server: server() });
      return;
    }
    const who = await client.session();
    if (who.ok) {
      restarts = 0;
      enter(who.data);
    } else if (who.error.code === 'SIGNED_OUT') {
      await forgetToken();
      end();
      become({ status: 'signed_out', server: server(), words: 'Your session has ended. Sign in again.' });
    } else {
      end();
      become({ status: 'unreachable', server: server(), words: who.error.message });
    }
  };
  const connect = (): Promise<void> => {
    connecting ??= connectOnce().finally(() => (connecting = null));
    return connecting;
  };

  backend.onExit((words) => {
    if (stopped) return;
    const delay = RESTART_DELAYS_MS[Math.min(restarts, RESTART_DELAYS_MS.length - 1)] ?? 10_000;
    restarts += 1;
    log.warn('the backend ended by itself; starting it again', { words, delay });
    end();
    become({
      status: 'unreachable',
      server: server(),
      words: `The backend stopped (${words}). It is being started again.`,
    });
    cancelRestart();
    cancelRestart = clock.after(delay, () => void connect());
  });

  const adopt = async (result: Result<SessionUser>): Promise<Result<AccountState>> => {
    if (!result.ok) return signInError(result);
    if (!result.data.token)
      return fail('SERVER_ERROR', 'The server accepted the sign-in but gave no session.');
    token = result.data.token;
    const kept = await vault.set(TOKEN_KEY, token);
    if (!kept.ok) options.onVaultFailure(kept.error.message);
    // Features differ once signed in, and onboarding may just have ended.
    const found = await client?.config();
    if (found?.ok) config = found.data;
    enter(result.data);
    return ok(state);
  };
  const notConnected = (): Result<never> =>
    fail('UNREACHABLE', state.status === 'unreachable' ? state.words : 'The backend is still starting.');

  return {
    start: connect,
    stop: async () => {
      stopped = true;
      cancelRestart();
      end();
      await backend.stop();
    },
    state: () => state,
    session: () => {
      if (session) return ok(session);
      if (state.status === 'pending')
        return fail('PENDING', 'Your account waits for an admin to activate it.');
      if (state.status === 'unreachable' || state.status === 'starting') return notConnected();
      return fail('SIGNED_OUT', 'Sign in first.');
    },
    retry: async () => {
      await connect();
      return state;
    },
    signIn: async (email, password) =>
      client ? adopt(await client.signIn(email, password)) : notConnected(),
    signUp: async (name, email, password) =>
      client ? adopt(await client.signUp(name, email, password)) : notConnected(),
    signOut: async () => {
      const left = await client?.signOut();
      if (left && !left.ok) log.info('the server did not take the sign-out', { code: left.error.code });
      await forgetToken();
      end();
      become({ status: 'signed_out', server: server() });
      return state;
    },
    updateProfile: async (name) => {
      if (!session) return fail('SIGNED_OUT', 'Sign in first.');
      const done = await session.client.updateProfile(name, session.user.profileImageUrl ?? '');
      if (!done.ok) return done;
      session = { ...session, user: { ...session.user, name } };
      become({ status: 'signed_in', server: server(), user: session.user });
      return ok(state);
    },
    changePassword: async (current, next) => {
      if (!session) return fail('SIGNED_OUT', 'Sign in first.');
      const done = await session.client.changePassword(current, next);
      if (done.ok) return ok(null);
      const field = /new|short|weak|least/i.test(done.error.message) ? 'next' : 'current';
      return done.error.code === 'VALIDATION_FAILED' || done.error.code === 'SIGNED_OUT'
        ? fail('VALIDATION_FAILED', done.error.message, { field })
        : done;
    },
    recheck: async () => {
      if (!client || !token) return;
      const who = await client.session();
      if (!who.ok && who.error.code === 'SIGNED_OUT') {
        await forgetToken();
        end();
        become({ status: 'signed_out', server: server(), words: 'Your session has ended. Sign in again.' });
      } else if (who.ok && who.data.role !== session?.user.role) enter(who.data);
    },
  };
}

/** A refused sign-in in the words of the form: nobody is "signed out" while signing in. */
function signInError(result: Extract<Result<SessionUser>, { ok: false }>): Result<AccountState> {
  const { code, message } = result.error;
  return code === 'SIGNED_OUT' ? fail('VALIDATION_FAILED', message) : result;
}
