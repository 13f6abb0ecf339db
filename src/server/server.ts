import { randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { systemClock } from '../main/clock.ts';
import { openDatabase, storageWords } from '../main/db/open.ts';
import { createNodeTransport } from '../main/http/node-transport.ts';
import type { Clock, HttpTransport, Logger, Vault } from '../main/ports.ts';
import { createFileVault } from '../main/vault/file-vault.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import { createAdminSettings } from './accounts/admin-config.ts';
import { authRoutes } from './accounts/auth-routes.ts';
import { createPasswordHasher, type PasswordCost } from './accounts/password.ts';
import { createRateLimiter, type RateRule } from './accounts/rate-limit.ts';
import { createSessionStore } from './accounts/sessions.ts';
import { userRoutes } from './accounts/user-routes.ts';
import { createUserStore, type Account } from './accounts/users.ts';
import { chatRoutes } from './chats/chat-routes.ts';
import { createChatStore } from './chats/chat-store.ts';
import { folderRoutes } from './chats/folder-routes.ts';
import { createFolderStore } from './chats/folder-store.ts';
import { createChatSearch } from './chats/search.ts';
import { createTagStore } from './chats/tag-store.ts';
import { completionRoutes } from './completions/completion-routes.ts';
import { createTaskRunner } from './completions/task-runner.ts';
import type { ServerContext } from './context.ts';
import { createDispatcher } from './http/dispatch.ts';
import { createGuard } from './http/guard.ts';
import { createConnectionStore } from './models/connections.ts';
import { USUAL_PLACES, type UsualPlace } from './models/discovery.ts';
import { modelRoutes } from './models/model-routes.ts';
import { createModelRegistry } from './models/registry.ts';
import { createUpstreamHttp } from './models/upstream-http.ts';
import { createSocketHub } from './socket/hub.ts';
import { createConfigStore } from './store/config.ts';
import { serverMigrations } from './store/migrations.ts';
import { systemRoutes } from './system-routes.ts';
import { openDelivery } from './webhook/delivery.ts';
import { createSignupWebhook } from './webhook/signup-webhook.ts';
import { webhookRoutes } from './webhook/webhook-routes.ts';

export interface ServerOptions {
  /** Where everything is kept; made when it is missing. */
  dataDir: string;
  log: Logger;
  /** 0, the default, lets the system choose. */
  port?: number;
  /** Default 127.0.0.1: this computer alone. */
  host?: string;
  /** Names beside the loopback ones by which clients may reach the server. */
  allowedHosts?: string[];
  /** The name clients show. */
  name?: string;
  /** WEBHOOK_URL and proxy settings; default none. */
  env?: Record<string, string | undefined>;
  /** Where to look for local model servers; default the usual ports, [] for nowhere. */
  places?: readonly UsualPlace[];
  clock?: Clock;
  vault?: Vault;
  /** For the sign-up webhook. */
  transport?: HttpTransport;
  /** Wins over the stored JWT_EXPIRES_IN. */
  sessionSeconds?: number;
  passwordCost?: PasswordCost;
  /** ms a client has for its headers, and for its whole request. */
  timeouts?: { headersMs: number; requestMs: number };
  limits?: { byEmail?: RateRule; byAddress?: RateRule; signups?: RateRule };
}

export interface HarkServer {
  /** Base URL without a trailing slash. */
  url: string;
  port: number;
  /** Where a damaged database was put at start, if one was. */
  putAside: string | null;
  /** Ends answers under way (stored as far as they came), flushes the outbox for a moment, lets go of everything. */
  close: () => Promise<void>;
}

const MINUTE_MS = 60_000;
/** The outbox may send so long at the end; the rest waits on disk. */
const FLUSH_MS = 1_000;
/** Clients that send slower than this are let go; answers may take as long as they need. */
const TIMEOUTS = { headersMs: 10_000, requestMs: 60_000 };
const KEEP_ALIVE_MS = 65_000;
const MAX_CONNECTIONS = 1000;
const HOUR_MS = 3_600_000;

/**
 * Starts the backend on a data folder. Errors: STORAGE (folder or database cannot be used), CONFLICT
 * (port taken), FORBIDDEN (port not allowed), UNSUPPORTED (written by a newer version).
 */
export async function createServer(options: ServerOptions): Promise<Result<HarkServer>> {
  const { dataDir, log, clock = systemClock, env = {}, host = '127.0.0.1' } = options;
  const usable = checkFolder(dataDir);
  if (!usable.ok) return usable;

  const opened = openDatabase(join(dataDir, 'server.db'), serverMigrations, { clock, log });
  if (!opened.ok) return opened;
  const { db, putAside } = opened.data;
  const alone = holdAlone(db);
  if (!alone.ok) {
    db.close();
    return alone;
  }
  const vault = options.vault ?? createFileVault({ folder: dataDir, clock, log });
  const transport = options.transport ?? createNodeTransport({ env });

  const config = createConfigStore(db);
  const settings = createAdminSettings(config, options.sessionSeconds);
  const users = createUserStore(db, clock);
  const sessions = createSessionStore(db, clock, settings.sessionSeconds);
  const webhook = createSignupWebhook({
    config,
    vault,
    users,
    clock,
    log: log.with('webhook'),
    environmentUrl: env.WEBHOOK_URL,
  });
  const delivery = openDelivery(dataDir, { transport, hooks: webhook.hooks, clock, log });
  if (!delivery.ok) {
    db.close();
    return delivery;
  }
  const { engine } = delivery.data;
  webhook.connect(engine);

  const authenticate = (token: string): Account | null => {
    const id = sessions.userId(token);
    const user = id === null ? null : users.get(id);
    if (user) users.touch(user);
    return user;
  };
  const guard = createGuard({ bound: host, allowed: options.allowedHosts ?? [] });
  const hub = createSocketHub({ authenticate, guard, touch: users.touch, log: log.with('socket') });
  const search = createChatSearch(db);
  const chats = createChatStore(db, clock, search);
  const connections = createConnectionStore(config, vault);
  const upstream = createUpstreamHttp(env);
  const models = createModelRegistry({
    connections,
    http: upstream,
    clock,
    log: log.with('models'),
    places: options.places ?? USUAL_PLACES,
  });
  const tasks = createTaskRunner({ chats, models, hub, clock, log: log.with('tasks') });
  const limiter = (rule: RateRule) => createRateLimiter(rule, clock);
  const context: ServerContext = {
    db,
    clock,
    log,
    name: options.name ?? 'Hark',
    deploymentId: deploymentIdOf(config),
    config,
    users,
    sessions,
    passwords: createPasswordHasher(options.passwordCost),
    settings,
    limits: {
      byEmail: limiter(options.limits?.byEmail ?? { max: 10, windowMs: 5 * MINUTE_MS }),
      byAddress: limiter(options.limits?.byAddress ?? { max: 50, windowMs: 5 * MINUTE_MS }),
      signups: limiter(options.limits?.signups ?? { max: 20, windowMs: 10 * MINUTE_MS }),
    },
    chats,
    folders: createFolderStore(db, clock),
    tags: createTagStore(db),
    search,
    connections,
    models,
    tasks,
    hub,
    webhook,
  };

  const closed = chats.closeUnfinished();
  if (closed > 0) log.warn('answers an earlier run left unfinished were closed', { count: closed });
  sessions.removeExpired();
  const stopCleaning = repeat(clock, HOUR_MS, () => {
    sessions.removeExpired();
    // Sign-ups the outbox would not take, of a full disk for example, get another chance.
    webhook.announceNew();
  });
  webhook.announceNew();

  const timeouts = options.timeouts ?? TIMEOUTS;
  const http = createHttpServer(
    {
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(2_000, timeouts.headersMs),
      maxHeaderSize: 16_384,
    },
    createDispatcher({
      routes: [
        ...systemRoutes(context),
        ...authRoutes(context),
        ...userRoutes(context),
        ...chatRoutes(context),
        ...folderRoutes(context),
        ...modelRoutes(context, upstream),
        ...completionRoutes(context),
        ...webhookRoutes(context),
      ],
      guard,
      authenticate,
      log: log.with('http'),
    }),
  );
  http.maxConnections = MAX_CONNECTIONS;
  hub.attach(http);

  const release = async (): Promise<void> => {
    stopCleaning();
    await tasks.shutdown();
    await webhook.settled();
    await engine.stop(FLUSH_MS);
    const ended = hub.close();
    // Streams a caller still reads would keep the server open for as long as they last.
    http.closeAllConnections();
    await ended;
    upstream.close();
    if (!options.transport) await transport.close();
    delivery.data.close();
    db.close();
  };
  const listening = await listen(http, options.port ?? 0, host);
  if (!listening.ok) {
    await release();
    return listening;
  }
  engine.start();
  log.info('listening', { port: listening.data, host });

  let closing: Promise<void> | null = null;
  const shown =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return ok({
    url: `http://${shown}:${listening.data}`,
    port: listening.data,
    putAside,
    close: () => (closing ??= release()),
  });
}

/** One server per data folder: a second one would close the answers of the first. The lock ends with the process. */
function holdAlone(db: DatabaseSync): Result<null> {
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    // The lock is taken with the next write.
    db.exec('BEGIN IMMEDIATE; COMMIT');
    return ok(null);
  } catch (error) {
    return fail('CONFLICT', storageWords(error));
  }
}

function checkFolder(folder: string): Result<null> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!statSync(folder).isDirectory())
      return fail('STORAGE', `${folder} is not a folder. Name one with --data.`);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return ok(null);
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'EACCES':
      case 'EPERM':
      case 'EROFS':
        return fail(
          'STORAGE',
          `The data folder ${folder} cannot be read and written. Check its permissions, or name another with --data.`,
        );
      case 'ENOTDIR':
      case 'EEXIST':
        return fail('STORAGE', `${folder} is not a folder. Name one with --data.`);
      case 'ENOSPC':
        return fail('STORAGE', `The data folder ${folder} cannot be made: the disk is full.`);
      default:
        return fail('STORAGE', `The data folder ${folder} cannot be used: ${(error as Error).message}`);
    }
  }
}

function listen(http: Server, port: number, host: string): Promise<Result<number>> {
  return new Promise((resolve) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      switch (error.code) {
        case 'EADDRINUSE':
          return resolve(
            fail(
              'CONFLICT',
              `Port ${port} is taken by another program. Choose another with --port, or 0 for any free one.`,
            ),
          );
        case 'EACCES':
          return resolve(
            fail('FORBIDDEN', `Port ${port} may not be used by this account. Choose one above 1023.`),
          );
        case 'EADDRNOTAVAIL':
        case 'ENOTFOUND':
          return resolve(
            fail(
              'VALIDATION_FAILED',
              `This computer has no address ${host}. Leave --host out, or name one it has.`,
            ),
          );
        default:
          return resolve(fail('INTERNAL', `The server cannot listen at ${host}:${port}: ${error.message}`));
      }
    });
    http.listen(port, host, () => resolve(ok((http.address() as AddressInfo).port)));
  });
}

function deploymentIdOf(config: ReturnType<typeof createConfigStore>): string {
  const known = config.get('deployment_id', z.string(), '');
  if (known !== '') return known;
  const made = randomUUID();
  config.set('deployment_id', made);
  return made;
}

function repeat(clock: Clock, ms: number, run: () => void): () => void {
  let cancel = () => {};
  const next = () => {
    cancel = clock.after(ms, () => {
      run();
      next();
    });
  };
  next();
  return () => cancel();
}
