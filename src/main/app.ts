import { join } from 'node:path';
import type { AppNotice, WindowRole } from '../shared/domain.ts';
import { fail, ok, type Result } from '../shared/result.ts';
import { createAccounts } from './accounts/accounts.ts';
import { createActivity } from './activity/activity.ts';
import { appMigrations, createRunStore } from './chat/run-store.ts';
import { createRuns } from './chat/runs.ts';
import { createStreamSender } from './chat/stream-sender.ts';
import { lockFile } from './db/lock.ts';
import { openDatabase } from './db/open.ts';
import { accountHandlers, appHandlers, settingsHandlers } from './ipc/app-handlers.ts';
import { adminHandlers } from './ipc/admin-handlers.ts';
import { chatHandlers } from './ipc/chat-handlers.ts';
import { createRouter } from './ipc/router.ts';
import type { Services } from './ipc/services.ts';
import { webhookHandlers } from './ipc/webhook-handlers.ts';
import { createNotices } from './notices.ts';
import { createNotifier, type Notifier } from './notify/notifier.ts';
import { createTargets } from './notify/targets.ts';
import type {
  BackendProcess,
  Clock,
  HostWindows,
  HttpTransport,
  IpcContext,
  Logger,
  SettingsStore,
  Toaster,
  Vault,
  WindowSignal,
} from './ports.ts';
import { createSettings } from './settings/settings.ts';
import { createSignupWatch } from './signups/watch.ts';
import { createDeliveryEngine, deliveryMigrations } from './webhooks/engine.ts';

/** Everything a host gives. */
export interface AppPorts {
  version: string;
  platform: string;
  dataFolder: string;
  logFolder: string;
  clock: Clock;
  vault: Vault;
  store: SettingsStore;
  transport: HttpTransport;
  log: Logger;
  toaster: Toaster;
  windows: HostWindows;
  backend: BackendProcess;
  /** What the host must tell the user of its own start. */
  startupNotices: AppNotice[];
}

/** Hark, free of any host. */
export interface App {
  start: () => Promise<void>;
  /** Flushes for at most 2 s; the rest waits on disk. */
  stop: () => Promise<void>;
  /** One request of a window; never throws. */
  handle: (context: IpcContext, route: string, input: unknown) => Promise<Result<unknown>>;
  windowChanged: (signal: WindowSignal) => void;
  windowClosed: (windowId: string) => void;
  /** Whether a window of this role may be opened now: the admin window is for admins. */
  windowAllowed: (role: WindowRole) => Promise<boolean>;
  setLocked: (locked: boolean) => void;
  setAsleep: (asleep: boolean) => void;
  /** null: the system cannot say. */
  setIdleSeconds: (seconds: number | null) => void;
  setOnline: (online: boolean) => void;
}

const asideNotice = (what: string, putAside: string): Omit<AppNotice, 'id' | 'at'> => ({
  level: 'warning',
  title: `${what} could not be read`,
  words: `Hark began with a new one. The old file was kept: ${putAside}`,
});

/**
 * The composition root. Fails with STORAGE or UNSUPPORTED when a database can neither be opened nor
 * put aside (a folder that may not be written, a full disk, a newer version's file), with CONFLICT when
 * another App has the folder.
 */
export function createApp(ports: AppPorts): Result<App> {
  const { clock, log, windows, store, vault } = ports;

  // One App per data folder, whichever host it has: two would send the same notices.
  const lock = lockFile(join(ports.dataFolder, 'app.lock'));
  if (!lock.ok) return lock;
  if (lock.data === null)
    return fail(
      'CONFLICT',
      'Another Hark runs on this data folder. Close that one first, or choose another profile.',
    );
  const folderLock = lock.data;
  const outbox = openDatabase(join(ports.dataFolder, 'outbox.db'), deliveryMigrations, { clock, log });
  if (!outbox.ok) {
    folderLock.release();
    return outbox;
  }
  const runsDb = openDatabase(join(ports.dataFolder, 'hark.db'), appMigrations, { clock, log });
  if (!runsDb.ok) {
    outbox.data.db.close();
    folderLock.release();
    return runsDb;
  }

  const notices = createNotices({
    clock,
    first: ports.startupNotices,
    onChange: (list) => windows.send(null, 'notices.changed', list),
  });
  if (store.putAside) notices.add(asideNotice('Your settings', store.putAside));
  if (outbox.data.putAside) notices.add(asideNotice('The delivery log', outbox.data.putAside));
  if (runsDb.data.putAside) notices.add(asideNotice('The list of answers', runsDb.data.putAside));
  const storageFailure = (words: string): void =>
    notices.add({
      level: 'error',
      title: 'A notice could not be stored',
      words: `${words} Your answer itself is safe.`,
    });

  const settings = createSettings({
    store,
    log: log.with('settings'),
    onChange: (next) => {
      activity.setIdleLimit(next.activity.idleSeconds);
      windows.send(null, 'settings.changed', next);
    },
  });
  const activity = createActivity({
    clock,
    onChange: (state) => {
      windows.send(null, 'activity.changed', state);
      notifier.activityChanged(state);
    },
  });
  activity.setIdleLimit(settings.get().activity.idleSeconds);

  const targets = createTargets({
    store,
    vault,
    clock,
    log: log.with('targets'),
    onChange: () => {
      windows.send(null, 'targets.changed', {});
      signups.targetsChanged();
    },
  });
  const delivery = createDeliveryEngine({
    db: outbox.data.db,
    clock,
    transport: ports.transport,
    log: log.with('delivery'),
    hooks: {
      resolveTarget: (id) => targets.resolve(id),
      onTargetGone: (id, words) => {
        const target = targets.pause(id, words);
        if (target)
          notices.add({
            level: 'warning',
            title: `“${target.name}” is paused`,
            words: `${words} Check the address in Settings, then resume it.`,
          });
      },
      onChange: (scope) => windows.send(null, 'deliveries.changed', { scope }),
    },
  });
  const stream = createStreamSender({
    clock,
    send: (windowId, data) => windows.send(windowId, 'chat.stream', data),
  });
  const runStore = createRunStore(runsDb.data.db);

  const notifier: Notifier = createNotifier({
    clock,
    log: log.with('notify'),
    delivery,
    targets: targets.list,
    activity: activity.state,
    settings: settings.get,
    toaster: ports.toaster,
    owner: () => {
      const session = accounts.session();
      return session.ok ? session.data.owner : null;
    },
    onStorageFailure: storageFailure,
    playSound: (name) => windows.send(null, 'sound.play', { name }),
  });
  const runs = createRuns({
    clock,
    log: log.with('runs'),
    store: runStore,
    stream,
    onEnded: notifier.answerEnded,
    onNeedsInput: notifier.needsInput,
    emit: (event, data) => windows.send(null, event, data),
    onUnauthorised: () => void accounts.recheck(),
  });
  const signups = createSignupWatch({
    clock,
    log: log.with('signups'),
    store,
    delivery,
    targets: targets.list,
    activity: activity.state,
    embedded: (session) => session.config.hark != null,
  });
  const accounts = createAccounts({
    backend: ports.backend,
    transport: ports.transport,
    vault,
    clock,
    log: log.with('accounts'),
    onChange: (state) => {
      windows.send(null, 'account.changed', state);
      if (state.status !== 'signed_in' || state.user.role !== 'admin') windows.close('admin');
    },
    onSession: (session) => {
      if (session) {
        runs.attach(session);
        signups.attach(session);
      } else {
        runs.detach();
        signups.detach();
      }
    },
    onVaultFailure: (words) =>
      notices.add({
        level: 'warning',
        title: 'Your sign-in could not be kept',
        words: `${words} You stay signed in until Hark ends.`,
      }),
  });

  const services: Services = {
    ...ports,
    accounts,
    activity,
    settings,
    notices,
    targets,
    delivery,
    runs,
    runStore,
    stream,
    now: clock.now,
  };
  const handle = createRouter(
    {
      ...appHandlers(services),
      ...accountHandlers(services),
      ...settingsHandlers(services),
      ...chatHandlers(services),
      ...webhookHandlers(services),
      ...adminHandlers(services),
    },
    log.with('ipc'),
  );

  let online = true;
  let asleep = false;
  /** Offline or asleep nothing is tried; on return everything waiting may try at once. */
  const networkChanged = (): void => {
    const usable = online && !asleep;
    delivery.setOnline(usable);
    if (usable) delivery.wake();
  };

  let stopping: Promise<void> | null = null;
  const shutDown = async (): Promise<void> => {
    await Promise.all([delivery.stop(2000), accounts.stop()]);
    outbox.data.db.close();
    runsDb.data.db.close();
    await ports.transport.close();
    folderLock.release();
  };

  return ok({
    start: async () => {
      delivery.start();
      await accounts.start();
    },
    stop: () => (stopping ??= shutDown()),
    handle,
    windowChanged: activity.windowChanged,
    windowClosed: (windowId) => {
      stream.watch(windowId, null, null);
      activity.windowClosed(windowId);
    },
    windowAllowed: async (role) => {
      if (role !== 'admin') return true;
      const session = accounts.session();
      return session.ok && session.data.user.role === 'admin';
    },
    setLocked: activity.setLocked,
    setAsleep: (value) => {
      asleep = value;
      activity.setAsleep(value);
      networkChanged();
    },
    setIdleSeconds: activity.setIdleSeconds,
    setOnline: (value) => {
      online = value;
      networkChanged();
    },
  });
}
