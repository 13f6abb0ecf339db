import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, type App } from '../../src/main/app.ts';
import { systemClock } from '../../src/main/clock.ts';
import { createNodeTransport } from '../../src/main/http/node-transport.ts';
import { memoryLog } from '../../src/main/log/memory-log.ts';
import type { BackendProcess, HostWindows, Vault } from '../../src/main/ports.ts';
import { memoryVault } from '../../src/main/vault/memory-vault.ts';
import { createServer, type HarkServer } from '../../src/server/server.ts';
import type { WindowRole } from '../../src/shared/domain.ts';
import type { IpcEventName, IpcEvents } from '../../src/shared/ipc/events.ts';
import type { RouteInput, RouteName, RouteOutput } from '../../src/shared/ipc/routes.ts';
import { fail, ok, type Result } from '../../src/shared/result.ts';
import { memoryStore } from './memory-store.ts';

export interface SeenEvent {
  windowId: string | null;
  event: IpcEventName;
  data: unknown;
}

/** The whole App over the real embedded backend, in one process, with windows that only remember. */
export interface AppHarness {
  app: App;
  folder: string;
  events: SeenEvent[];
  log: ReturnType<typeof memoryLog>;
  store: ReturnType<typeof memoryStore>;
  /** A request as a window of this role makes it (default: the role its domain belongs to). */
  ask: <N extends RouteName>(
    route: N,
    input: RouteInput<N>,
    role?: WindowRole,
  ) => Promise<Result<RouteOutput<N>>>;
  /** As ask, but a failure is thrown. */
  must: <N extends RouteName>(route: N, input: RouteInput<N>, role?: WindowRole) => Promise<RouteOutput<N>>;
  focus: (focused: boolean) => void;
  closeWindow: () => void;
  waitForEvent: <E extends IpcEventName>(
    event: E,
    test: (data: IpcEvents[E]) => boolean,
    timeoutMs?: number,
  ) => Promise<IpcEvents[E]>;
  signUp: (name?: string) => Promise<void>;
  /** The backend ends as if it had crashed. */
  crashBackend: () => Promise<void>;
  stop: () => Promise<void>;
  /** Stops the app and starts another on the same folder, store and vault. */
  restart: () => Promise<AppHarness>;
  /** A second App on the same folder, beside this one; throws its refusal. */
  another: () => Promise<AppHarness>;
  remove: () => void;
}

interface Kept {
  folder: string;
  store: ReturnType<typeof memoryStore>;
  vault: Vault;
  env: Record<string, string | undefined>;
}

export async function startApp(
  options: { env?: Record<string, string>; kept?: Kept } = {},
): Promise<AppHarness> {
  const kept: Kept = options.kept ?? {
    folder: mkdtempSync(join(tmpdir(), 'hark-app-')),
    store: memoryStore(),
    vault: memoryVault(),
    env: options.env ?? {},
  };
  const log = memoryLog();
  const events: SeenEvent[] = [];
  let server: HarkServer | null = null;
  let exit: (words: string) => void = () => undefined;

  const backend: BackendProcess = {
    start: async () => {
      if (server) return ok({ url: server.url });
      const started = await createServer({
        dataDir: join(kept.folder, 'server'),
        log,
        places: [],
        env: kept.env,
        passwordCost: { N: 1024, r: 8, p: 1 },
      });
      if (!started.ok) return fail('UNREACHABLE', started.error.message);
      server = started.data;
      return ok({ url: server.url });
    },
    onExit: (listener) => (exit = listener),
    stop: async () => {
      const closing = server;
      server = null;
      await closing?.close();
    },
  };
  const windows: HostWindows = {
    kind: 'browser',
    open: async () => ({ opened: true }),
    close: () => undefined,
    raise: async () => true,
    openExternal: async () => true,
    openFolder: async () => true,
    send: (windowId, event, data) => void events.push({ windowId, event, data }),
  };
  const made = createApp({
    version: '0.0.0',
    platform: process.platform,
    dataFolder: kept.folder,
    logFolder: kept.folder,
    clock: systemClock,
    vault: kept.vault,
    store: kept.store,
    transport: createNodeTransport(),
    log,
    toaster: { show: async () => ({ shown: false, words: 'no notifications in this harness' }) },
    windows,
    backend,
    startupNotices: [],
  });
  if (!made.ok) throw new Error(made.error.message);
  const app = made.data;
  await app.start();

  const roleOf = (route: string): WindowRole =>
    route.startsWith('admin.') ? 'admin' : /^(webhook|target|delivery)\./.test(route) ? 'settings' : 'chat';
  const ask: AppHarness['ask'] = async (route, input, role) => {
    const windowRole = role ?? roleOf(route);
    return (await app.handle({ windowId: windowRole, role: windowRole }, route, input)) as never;
  };
  const must: AppHarness['must'] = async (route, input, role) => {
    const result = await ask(route, input, role);
    if (!result.ok) throw new Error(`${route}: ${result.error.code} ${result.error.message}`);
    return result.data;
  };
  const stop = (): Promise<void> => app.stop();
  return {
    app,
    folder: kept.folder,
    events,
    log,
    store: kept.store,
    ask,
    must,
    focus: (focused) =>
      app.windowChanged({ windowId: 'chat', role: 'chat', focused, visible: true, minimised: false }),
    closeWindow: () => app.windowClosed('chat'),
    waitForEvent: async (event, test, timeoutMs = 10_000) => {
      const end = Date.now() + timeoutMs;
      for (;;) {
        const found = events.find((e) => e.event === event && test(e.data as never));
        if (found) return found.data as never;
        if (Date.now() > end) throw new Error(`no ${event} in ${timeoutMs} ms`);
        await new Promise((done) => setTimeout(done, 5));
      }
    },
    signUp: async (name = 'Ada') => {
      await must('account.sign_up', {
        name,
        email: `${name.toLowerCase()}@example.com`,
        password: 'correct horse battery',
      });
    },
    crashBackend: async () => {
      const closing = server;
      server = null;
      await closing?.close();
      exit('it crashed');
    },
    stop,
    restart: async () => {
      await stop();
      return startApp({ kept });
    },
    another: () => startApp({ kept }),
    remove: () => rmSync(kept.folder, { recursive: true, force: true }),
  };
}
