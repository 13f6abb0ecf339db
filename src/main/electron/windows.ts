import { BrowserWindow, app, nativeTheme, screen, shell } from 'electron';
import type { WebContents } from 'electron';
import type { WindowRole } from '../../shared/domain.ts';
import type { IpcEventName, IpcEvents } from '../../shared/ipc/events.ts';
import type { Clock, HostWindows, Logger, SettingsStore, WindowSignal } from '../ports.ts';
import { pageUrl } from '../shell/address.ts';
import { reloadAfterCrash } from '../shell/guards.ts';
import { APP_NAME, EVENT_CHANNEL } from '../shell/identity.ts';
import { recipients } from '../shell/recipients.ts';
import { createWindowWatch } from '../shell/window-signal.ts';
import { onCloseButton, parseWindowState, placeWindow, WINDOW_SIZES } from '../shell/window-state.ts';
import { attachContextMenu } from './menu.ts';
import { openOutside } from './session.ts';

export interface ElectronWindows extends HostWindows {
  /** The window some web contents belong to by our own books. */
  find: (contents: WebContents) => { windowId: string; role: WindowRole } | null;
  /** Brings the chat window up and has it show a chat, or the start when null. */
  showChat: (chatId: string | null) => Promise<void>;
  /** Draws a mark on the chat window's taskbar button (Windows). */
  markTaskbar: (image: Electron.NativeImage | null, words: string) => void;
}

interface OpenWindow {
  windowId: string;
  role: WindowRole;
  window: BrowserWindow;
  /** The first frame is painted: before that the window would come up blank. */
  painted: boolean;
  /** Orders for a page that cannot hear yet; null once it can. */
  waiting: IpcEvents['navigate'][] | null;
}

/** The pages' own --bg, so that a window does not flash before its first style. */
const BACKGROUND = { dark: '#1d1e20', light: '#ffffff' } as const;
const TITLES: Record<WindowRole, string> = {
  chat: APP_NAME,
  settings: `${APP_NAME} Settings`,
  admin: `${APP_NAME} Administration`,
};

/** The windows: at most one per role, made when first asked for, each on its own page and in a sandbox. */
export function createWindows(options: {
  clock: Clock;
  log: Logger;
  /** Absolute path of the preload script. */
  preload: string;
  /** Window icon (Linux); elsewhere the program's own is used. */
  icon?: string;
  /** Keeps places of windows, by role. */
  state: SettingsStore;
  changed: (signal: WindowSignal) => void;
  closed: (windowId: string) => void;
  quitting: () => boolean;
  /** Every event on its way to windows, also when there is none. */
  observe: <E extends IpcEventName>(event: E, data: IpcEvents[E]) => void;
  /** The chat window went away by its close button while the app goes on. */
  keptRunning: () => void;
}): ElectronWindows {
  const { clock, log } = options;
  const open = new Map<WindowRole, OpenWindow>();
  let counter = 0;

  const savePlace = (role: WindowRole, window: BrowserWindow): void => {
    try {
      options.state.set(role, { ...window.getNormalBounds(), maximised: window.isMaximized() });
    } catch (error) {
      log.warn('the place of a window could not be kept', { reason: String(error) });
    }
  };

  function create(role: WindowRole, section?: string): OpenWindow {
    const areas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map((d) => d.workArea);
    const { maximised, ...place } = placeWindow(role, parseWindowState(options.state.get(role)), areas);
    const { minWidth, minHeight } = WINDOW_SIZES[role];
    const window = new BrowserWindow({
      ...place,
      minWidth,
      minHeight,
      title: TITLES[role],
      show: false,
      backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
      autoHideMenuBar: true,
      ...(options.icon ? { icon: options.icon } : {}),
      webPreferences: {
        preload: options.preload,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: role === 'chat',
        // The chime sounds in a window nobody has clicked in yet.
        autoplayPolicy: 'no-user-gesture-required',
      },
    });
    counter += 1;
    const entry: OpenWindow = { windowId: `${role}-${counter}`, role, window, painted: false, waiting: [] };
    open.set(role, entry);
    connect(entry, maximised);
    window.loadURL(pageUrl(role, section)).catch((error: unknown) => {
      log.error('a window could not load its page', { role, reason: String(error) });
    });
    return entry;
  }

  function connect(entry: OpenWindow, maximised: boolean): void {
    const { role, window, windowId } = entry;
    const contents = window.webContents;
    const watch = createWindowWatch({
      window: { windowId, role },
      clock,
      look: () => ({
        focused: window.isFocused(),
        devToolsFocused: contents.isDevToolsFocused(),
        visible: window.isVisible(),
        minimised: window.isMinimized(),
      }),
      tell: options.changed,
    });
    const changed = (): void => watch.saw('changed');
    window.on('focus', changed);
    window.on('show', changed);
    window.on('minimize', changed);
    window.on('restore', changed);
    window.on('blur', () => watch.saw('blur'));
    window.on('hide', () => watch.saw('hide'));
    contents.on('devtools-opened', changed);
    contents.on('devtools-focused', changed);
    contents.on('devtools-closed', changed);

    window.once('ready-to-show', () => {
      entry.painted = true;
      if (maximised) window.maximize();
      window.show();
    });
    // The page gives its document a title of its own; ours tells the windows apart.
    window.on('page-title-updated', (event) => event.preventDefault());
    window.on('close', (event) => {
      savePlace(role, window);
      if (onCloseButton(role, { quitting: options.quitting() }) === 'close') return;
      event.preventDefault();
      window.hide();
      options.keptRunning();
    });
    window.on('closed', () => {
      watch.dispose();
      if (open.get(role) === entry) open.delete(role);
      options.closed(windowId);
    });

    // The preload script has run by now, so events arrive from here on.
    contents.on('dom-ready', () => {
      const orders = entry.waiting ?? [];
      entry.waiting = null;
      for (const order of orders) contents.send(EVENT_CHANNEL, 'navigate', order);
    });
    const crashes: number[] = [];
    contents.on('render-process-gone', (_event, details) => {
      if (details.reason === 'clean-exit') return;
      log.error('a window’s page ended', { role, reason: details.reason });
      entry.waiting = [];
      const again = reloadAfterCrash(crashes, clock.now());
      crashes.push(clock.now());
      if (again) contents.reload();
      else window.destroy();
    });
    window.on('unresponsive', () => log.warn('a window does not answer', { role }));
    attachContextMenu(window, (url) => void openOutside(url, log));
    changed();
  }

  /** A window that is not painted yet shows itself when it is. */
  const bringUp = ({ window, painted }: OpenWindow): void => {
    if (!painted) return;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
    // From a toast or a second start the app itself may be in the background.
    if (process.platform === 'darwin') app.focus({ steal: true });
  };
  const raise = (role: WindowRole): Promise<boolean> => {
    const entry = open.get(role);
    if (entry) bringUp(entry);
    else create(role);
    return Promise.resolve(true);
  };
  const deliver = <E extends IpcEventName>(entry: OpenWindow, event: E, data: IpcEvents[E]): void => {
    if (entry.window.isDestroyed()) return;
    if (!entry.waiting) entry.window.webContents.send(EVENT_CHANNEL, event, data);
    // News is asked for by the page when it starts; an order would be lost.
    else if (event === 'navigate') entry.waiting.push(data as IpcEvents['navigate']);
  };

  return {
    kind: 'electron',
    open: async (role, section) => {
      const entry = open.get(role);
      if (!entry) {
        create(role, section);
      } else {
        if (section !== undefined) {
          entry.window.loadURL(pageUrl(role, section)).catch((error: unknown) => {
            log.warn('a window could not show a section', { role, reason: String(error) });
          });
        }
        bringUp(entry);
      }
      return { opened: true };
    },
    close: (role) => open.get(role)?.window.close(),
    raise,
    openExternal: (url) => openOutside(url, log),
    openFolder: async (folder) => {
      const trouble = await shell.openPath(folder);
      if (trouble !== '') log.warn('a folder could not be opened', { trouble });
      return trouble === '';
    },
    send: (windowId, event, data) => {
      options.observe(event, data);
      const all = [...open.values()];
      const one = recipients(
        event,
        windowId,
        all.map(({ windowId: id, role }) => ({ windowId: id, role })),
      );
      for (const entry of all) if (one.has(entry.windowId)) deliver(entry, event, data);
    },
    find: (contents) => {
      for (const { window, windowId, role } of open.values())
        if (!window.isDestroyed() && window.webContents === contents) return { windowId, role };
      return null;
    },
    showChat: async (chatId) => {
      // Navigate first, so that the window does not come up with the chat it showed before.
      const entry = open.get('chat') ?? create('chat');
      deliver(entry, 'navigate', { chatId });
      bringUp(entry);
    },
    markTaskbar: (image, words) => {
      if (process.platform === 'win32') open.get('chat')?.window.setOverlayIcon(image, words);
    },
  };
}
