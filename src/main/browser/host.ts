import { fail, ok, type Result } from '../../shared/result.ts';
import { createApp, type App } from '../app.ts';
import { systemClock } from '../clock.ts';
import { createNodeTransport } from '../http/node-transport.ts';
import { createFileLog } from '../log/file-log.ts';
import type { Logger, SettingsStore } from '../ports.ts';
import { createFileVault } from '../vault/file-vault.ts';
import { createAccess } from './access.ts';
import { createDesktopToaster, openInSystem } from './desktop.ts';
import { askRunningHost, takeInstanceLock, type InstanceLock } from './instance-lock.ts';
import { createNodeBackendProcess } from './node-backend-process.ts';
import { loadPages } from './pages.ts';
import { openProfile, type Profile } from './profile.ts';
import { startHostServer } from './server.ts';
import { openSettingsStore } from './settings-store.ts';
import { createPageWindows, type WindowListener } from './windows.ts';

export interface Host {
  origin: string;
  logFolder: string;
  log: Logger;
  /** A fresh address that opens Hark in one browser, once, within five minutes. */
  openUrl: () => string;
  /** Ends in order: the App first, then the lines to pages, the lock last. */
  stop: () => Promise<void>;
}

interface HostInput {
  version: string;
  profile: string;
  port: number;
  rendererFolder: string;
  serverEntry: string;
}

export type Started = { host: Host } | { runningAt: { url: string; origin: string; pid: number } };

/**
 * Starts the browser host, or finds the one that has the profile. Errors: STORAGE (profile, settings or pages),
 * CONFLICT (port taken), REFUSED (port not allowed), UNREACHABLE (the running host does not answer).
 */
export async function startHost(input: HostInput): Promise<Result<Started>> {
  const opened = openProfile(input.profile);
  if (!opened.ok) return opened;
  const taken = await takeOrFind(opened.data);
  if (!taken.ok || 'runningAt' in taken.data) return taken as Result<Started>;
  const { lock } = taken.data;
  const host = await run(input, opened.data, lock);
  if (!host.ok) lock.release();
  return host;
}

/** The lock, or where the host that has it answers. */
async function takeOrFind(
  profile: Profile,
): Promise<Result<{ lock: InstanceLock } | { runningAt: { url: string; origin: string; pid: number } }>> {
  // Twice: the other host may end while it is being asked.
  for (let round = 0; ; round += 1) {
    const lock = takeInstanceLock(profile.folder);
    if (!lock.ok) return lock;
    if (lock.data) return ok({ lock: lock.data });
    const stillHeld = (): boolean => {
      const attempt = takeInstanceLock(profile.folder);
      if (!attempt.ok || !attempt.data) return true;
      attempt.data.release();
      return false;
    };
    const running = await askRunningHost(profile.folder, stillHeld);
    if (running.ok) return ok({ runningAt: { ...running.data, origin: new URL(running.data.url).origin } });
    if (running.error.details?.['free'] !== true || round > 0) return running;
  }
}

async function run(input: HostInput, profile: Profile, lock: InstanceLock): Promise<Result<Started>> {
  const clock = systemClock;
  const pages = loadPages(input.rendererFolder);
  if (!pages.ok) return pages;
  let store: SettingsStore;
  try {
    store = openSettingsStore(profile.folder, clock.now());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail('STORAGE', `The settings in ${profile.folder} could not be opened: ${reason}.`);
  }

  const log = createFileLog({ folder: profile.logs, clock });
  let origin = '';
  let app: App | null = null;
  const listener: WindowListener = {
    windowChanged: (signal) => app?.windowChanged(signal),
    windowClosed: (windowId) => app?.windowClosed(windowId),
  };
  const windows = createPageWindows({
    clock,
    origin: () => origin,
    listener: () => listener,
    openFolder: openInSystem,
  });
  const made = createApp({
    version: input.version,
    platform: process.platform,
    dataFolder: profile.data,
    logFolder: profile.logs,
    clock,
    vault: createFileVault({ folder: profile.data, clock, log }),
    store,
    transport: createNodeTransport(),
    log,
    toaster: createDesktopToaster({ platform: process.platform, environment: process.env }),
    windows: windows.port,
    backend: createNodeBackendProcess({ entry: input.serverEntry, dataFolder: profile.server, clock, log }),
    startupNotices: [],
  });
  if (!made.ok) {
    log.close();
    return made;
  }
  app = made.data;
  const access = createAccess(clock);
  const server = await startHostServer({
    port: input.port,
    app,
    pages: pages.data,
    access,
    windows,
    clock,
    log,
  });
  if (!server.ok) {
    await app.stop();
    log.close();
    return server;
  }
  const { port, openUrl, close } = server.data;
  origin = server.data.origin;
  const running = app;
  // Pages have a screen for "starting", so nobody waits for the backend before seeing one.
  running.start().catch((error: unknown) => log.error('the app did not start', { error: String(error) }));
  lock.publish({ pid: process.pid, port, secret: access.instanceSecret });
  log.info('the browser host listens', { port, version: input.version });

  const host: Host = {
    origin,
    logFolder: profile.logs,
    log,
    openUrl,
    stop: async () => {
      await running.stop();
      await close();
      lock.release();
      log.info('the browser host ended');
      log.close();
    },
  };
  return ok({ host });
}
