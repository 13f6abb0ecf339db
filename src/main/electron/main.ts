import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Menu, app, dialog, nativeTheme, protocol, session } from 'electron';
import type { AppNotice, Settings } from '../../shared/domain.ts';
import type { IpcEventName, IpcEvents } from '../../shared/ipc/events.ts';
import type { Result } from '../../shared/result.ts';
import { createApp } from '../app.ts';
import type { App } from '../app.ts';
import { systemClock as clock } from '../clock.ts';
import { createNodeTransport } from '../http/node-transport.ts';
import { createFileLog } from '../log/file-log.ts';
import type { Logger } from '../ports.ts';
import { PAGE_SCHEME } from '../shell/address.ts';
import { APP_ID, APP_NAME, LINK_SCHEME } from '../shell/identity.ts';
import { parseArguments, parseLink } from '../shell/launch.ts';
import { appMenu } from '../shell/menu.ts';
import { createQuit } from '../shell/quit.ts';
import { proxyFromList } from '../shell/system-proxy.ts';
import { createElectronBackend } from './backend-process.ts';
import { connectIpc } from './ipc.ts';
import { buildMenu } from './menu.ts';
import { connectPower } from './power.ts';
import { guardContents, secureSession } from './session.ts';
import { createElectronStore } from './store.ts';
import { createElectronToaster } from './toaster.ts';
import { createTray } from './tray.ts';
import { createSafeStorageVault } from './vault.ts';
import { createWindows } from './windows.ts';

// This file is built to out/main/main.js.
const root = path.join(import.meta.dirname, '..', '..');
const paths = {
  pages: path.join(root, 'out', 'renderer'),
  preload: path.join(root, 'out', 'preload', 'preload.cjs'),
  server: path.join(root, 'out', 'server', 'server.js'),
  icons: path.join(root, 'assets', 'icons'),
};

/** Set by the first try to quit, so that closing windows are let go. */
let quitting = false;

app.enableSandbox();
app.setAppUserModelId(APP_ID);
protocol.registerSchemesAsPrivileged([
  {
    scheme: PAGE_SCHEME,
    privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
  },
]);

if (app.requestSingleInstanceLock()) begin();
else app.quit();

/** The only instance: everything that must be heard before `ready` is connected here. */
function begin(): void {
  const folder = app.getPath('userData');
  const logs = path.join(folder, 'logs');
  const log = createFileLog({ folder: logs, clock });
  process.on('uncaughtExceptionMonitor', (error) => log.error('uncaught exception', { error: error.stack }));
  process.on('unhandledRejection', (reason) => log.error('unhandled rejection', { error: String(reason) }));
  app.on('child-process-gone', (_event, { type, reason, name }) => {
    if (reason !== 'clean-exit') log.warn('a child process ended', { type, reason, name });
  });
  // Closing the last window does not end Hark: the answer must still come and still be announced.
  app.on('window-all-closed', () => undefined);

  const running = app.whenReady().then(() => run(folder, logs, log));
  const withWindows = (use: (host: Host) => void): void => {
    running.then(use, () => undefined); // a failed start is told below, once
  };
  app.on('second-instance', (_event, argv) => withWindows((host) => host.show(parseArguments(argv).chatId)));
  app.on('activate', () => withWindows((host) => host.show(null)));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    withWindows((host) => host.show(parseLink(url)?.chatId ?? null));
  });
  const quit = createQuit({
    clock,
    stop: async () => (await running).stop(),
    quit: () => app.quit(),
    failed: (error) => log.error('the app did not stop in order', { error: String(error) }),
  });
  app.on('before-quit', (event) => {
    quitting = true;
    quit.beforeQuit(event);
  });
  running.catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    log.error('the app could not start', { error: words });
    dialog.showErrorBox(`${APP_NAME} could not start`, words);
    app.exit(1);
  });
}

interface Host {
  /** Brings the chat window up, showing this chat when one is given. */
  show: (chatId: string | null) => void;
  stop: () => Promise<void>;
}

/** Puts the app together; throws only when it cannot start at all. */
async function run(folder: string, logs: string, log: Logger): Promise<Host> {
  const dataFolder = path.join(folder, 'data');
  const serverFolder = path.join(folder, 'server');
  for (const each of [dataFolder, serverFolder]) mkdirSync(each, { recursive: true, mode: 0o700 });

  const storeOf = (name: string) => createElectronStore({ folder, name, now: clock.now() });
  const vaultStore = storeOf('vault');
  const placeStore = storeOf('windows');
  const vault = await createSafeStorageVault({ store: vaultStore, log: log.with('vault') });

  // The app is made last, of all the others; what they tell it comes only after that.
  let made: App | null = null;
  let observers: (<E extends IpcEventName>(event: E, data: IpcEvents[E]) => void)[] = [];
  const windows = createWindows({
    clock,
    log: log.with('windows'),
    preload: paths.preload,
    ...(process.platform === 'linux' ? { icon: path.join(paths.icons, 'app.png') } : {}),
    state: placeStore,
    changed: (signal) => made?.windowChanged(signal),
    closed: (windowId) => made?.windowClosed(windowId),
    quitting: () => quitting,
    observe: (event, data) => {
      for (const observer of observers) observer(event, data);
    },
    keptRunning: () => {
      // macOS apps are known to live on without a window.
      if (process.platform === 'darwin' || placeStore.get('toldKeptRunning') === true) return;
      placeStore.set('toldKeptRunning', true);
      void toaster.show({
        key: 'kept-running',
        title: `${APP_NAME} is still running`,
        body: 'It calls you when an answer is ready. Quit it from its tray icon or with Ctrl+Q.',
        chatId: null,
      });
    },
  });
  secureSession(paths.pages);
  guardContents(windows, log.with('guard'));

  const show = (chatId: string | null): void => {
    if (chatId === null) void windows.raise('chat');
    else void windows.showChat(chatId);
  };
  const toaster = createElectronToaster({ clock, clicked: show });
  const created = createApp({
    version: app.getVersion(),
    platform: process.platform,
    dataFolder,
    logFolder: logs,
    clock,
    vault,
    store: storeOf('settings'),
    transport: createNodeTransport({
      // Origin only: a PAC script has no business with paths.
      systemProxy: async (url) => proxyFromList(await session.defaultSession.resolveProxy(`${url.origin}/`)),
    }),
    log,
    toaster,
    windows,
    backend: createElectronBackend({ clock, log, entry: paths.server, dataFolder: serverFolder }),
    startupNotices: startupNotices(vaultStore.putAside),
  });
  if (!created.ok) throw new Error(created.error.message);
  const hark = created.data;
  made = hark;
  connectIpc({ windows, handle: hark.handle, log: log.with('ipc') });

  const openSettings = (): void => void windows.open('settings');
  const newChat = (): void => void windows.showChat(null);
  const openAdmin = async (): Promise<void> => {
    if (await hark.windowAllowed('admin')) await windows.open('admin');
  };
  const setMenu = (admin: boolean): void =>
    Menu.setApplicationMenu(
      buildMenu(
        appMenu({
          platform: process.platform,
          name: APP_NAME,
          admin,
          actions: {
            newChat,
            openSettings,
            openAdmin: () => void openAdmin(),
            openLogs: () => void windows.openFolder(logs),
          },
        }),
      ),
    );
  const tray = createTray({
    icons: paths.icons,
    log: log.with('tray'),
    actions: { open: () => show(null), newChat, openSettings, quit: () => app.quit() },
    markTaskbar: windows.markTaskbar,
  });
  const power = connectPower({ app: hark, clock, log: log.with('power') });
  const applySettings = (settings: Settings): void => {
    nativeTheme.themeSource = settings.theme;
    power.setIdleWanted(settings.activity.idleSeconds > 0);
  };

  let adminMenu = false;
  setMenu(adminMenu);
  observers = [
    tray.observe,
    (event, data) => {
      if (event === 'settings.changed') applySettings(data as Settings);
      if (event !== 'account.changed') return;
      const account = data as IpcEvents['account.changed'];
      const admin = account.status === 'signed_in' && account.user.role === 'admin';
      if (admin !== adminMenu) setMenu((adminMenu = admin));
    },
  ];
  const stored = (await hark.handle(
    { windowId: 'host', role: 'settings' },
    'settings.get',
    {},
  )) as Result<Settings>;
  if (stored.ok) applySettings(stored.data);

  app.setAboutPanelOptions({ applicationName: APP_NAME, applicationVersion: app.getVersion() });
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  const launch = parseArguments(process.argv);
  if (!launch.hidden && !wasOpenedAtLogin()) show(launch.chatId);
  // The window has a screen for "starting", so nobody waits for the server before seeing one.
  hark.start().catch((error: unknown) => log.error('the app did not start', { error: String(error) }));

  return {
    show,
    stop: async () => {
      power.dispose();
      // Windows still close after this; the app and the tray are no longer there to be told.
      made = null;
      observers = [];
      tray.dispose();
      await hark.stop();
    },
  };
}

const wasOpenedAtLogin = (): boolean =>
  process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;

function startupNotices(vaultPutAside: string | null): AppNotice[] {
  if (vaultPutAside === null) return [];
  const words = `Sign in again and enter your webhooks again. The old file was kept: ${vaultPutAside}`;
  return [
    {
      id: 'vault-put-aside',
      level: 'warning',
      title: 'Stored secrets could not be read',
      words,
      at: clock.now(),
    },
  ];
}
