import { EventEmitter } from 'node:events';

/** What main.ts did to Electron, for a test to look at, and Electron's side of the talk. */
export interface Seen {
  order: string[];
  windows: FakeWindow[];
  handlers: Map<string, (event: unknown, ...args: unknown[]) => unknown>;
  permission: ((contents: unknown, permission: string, origin: string) => boolean) | null;
  opened: string[];
  quits: number;
  boxes: string[];
  tooltip: string;
  badge: number;
}

class FakeContents extends EventEmitter {
  sent: unknown[][] = [];
  mainFrame = { url: '', parent: null as object | null };
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });
  session = { addWordToSpellCheckerDictionary: () => true };
  send = (...args: unknown[]): void => void this.sent.push(args);
  isDevToolsFocused = (): boolean => false;
  setWindowOpenHandler = (handler: (details: { url: string }) => { action: string }): void => {
    this.openHandler = handler;
  };
  reload = (): void => undefined;
}

export class FakeWindow extends EventEmitter {
  webContents = new FakeContents();
  visible = false;
  focused = false;
  destroyed = false;
  options: Record<string, unknown>;
  constructor(options: Record<string, unknown>) {
    super();
    this.options = options;
  }
  loadURL = async (url: string): Promise<void> => {
    this.webContents.mainFrame.url = url;
  };
  show = (): void => {
    this.visible = true;
    this.emit('show');
  };
  hide = (): void => {
    this.visible = false;
    this.emit('hide');
  };
  focus = (): void => {
    this.focused = true;
    this.emit('focus');
  };
  /** The close button, or the system: true when it was let go. */
  close = (): boolean => {
    let held = false;
    this.emit('close', { preventDefault: () => (held = true) });
    if (held) return false;
    this.destroyed = true;
    this.emit('closed');
    return true;
  };
  isFocused = (): boolean => this.focused;
  isVisible = (): boolean => this.visible;
  isMinimized = (): boolean => false;
  isMaximized = (): boolean => false;
  isDestroyed = (): boolean => this.destroyed;
  getNormalBounds = () => ({ x: 10, y: 10, width: 800, height: 600 });
  setOverlayIcon = (): void => undefined;
  maximize = (): void => undefined;
  restore = (): void => undefined;
}

/** A stand-in for Electron's module: enough for the host to be put together and talked to. */
export function fakeElectron(userData: string): { module: Record<string, unknown>; seen: Seen } {
  const seen: Seen = {
    order: [],
    windows: [],
    handlers: new Map(),
    permission: null,
    opened: [],
    quits: 0,
    boxes: [],
    tooltip: '',
    badge: 0,
  };
  const did = (what: string) => (): void => void seen.order.push(what);
  const app = Object.assign(new EventEmitter(), {
    enableSandbox: did('sandbox'),
    setAppUserModelId: did('aumid'),
    requestSingleInstanceLock: () => true,
    whenReady: async () => {
      seen.order.push('ready');
    },
    getPath: () => userData,
    getVersion: () => '1.2.3',
    isPackaged: false,
    quit: () => {
      seen.quits += 1;
    },
    exit: did('exit'),
    focus: () => undefined,
    setBadgeCount: (count: number) => (seen.badge = count),
    setAboutPanelOptions: () => undefined,
    getLoginItemSettings: () => ({ wasOpenedAtLogin: false }),
  });
  const area = { workArea: { x: 0, y: 0, width: 1920, height: 1080 } };
  const module = {
    app,
    protocol: { registerSchemesAsPrivileged: did('scheme') },
    BrowserWindow: class extends FakeWindow {
      constructor(options: Record<string, unknown>) {
        super(options);
        seen.windows.push(this);
        app.emit('web-contents-created', {}, this.webContents);
      }
    },
    ipcMain: {
      handle: (channel: string, handler: (event: unknown, ...args: unknown[]) => unknown) =>
        seen.handlers.set(channel, handler),
    },
    session: {
      defaultSession: {
        protocol: { handle: did('pages') },
        setPermissionRequestHandler: did('permission requests'),
        setPermissionCheckHandler: (handler: Seen['permission']) => (seen.permission = handler),
        setDevicePermissionHandler: () => undefined,
        allowNTLMCredentialsForDomains: (domains: string) => seen.order.push(`ntlm "${domains}"`),
        resolveProxy: async () => 'DIRECT',
      },
    },
    shell: {
      openExternal: async (url: string) => void seen.opened.push(url),
      openPath: async () => '',
    },
    Menu: { buildFromTemplate: () => ({ popup: () => undefined }), setApplicationMenu: () => undefined },
    Tray: class extends EventEmitter {
      setToolTip = (text: string): void => void (seen.tooltip = text);
      setContextMenu = (): void => undefined;
      setImage = (): void => undefined;
      destroy = (): void => undefined;
    },
    Notification: Object.assign(class extends EventEmitter {}, { isSupported: () => false }),
    nativeImage: { createFromPath: () => ({}) },
    nativeTheme: { shouldUseDarkColors: false, themeSource: 'system' },
    screen: { getPrimaryDisplay: () => area, getAllDisplays: () => [area] },
    dialog: { showErrorBox: (_title: string, words: string) => void seen.boxes.push(words) },
    clipboard: { writeText: () => undefined },
    net: { isOnline: () => true },
    powerMonitor: Object.assign(new EventEmitter(), { getSystemIdleTime: () => 0 }),
    safeStorage: {
      isAsyncEncryptionAvailable: async () => true,
      getSelectedStorageBackend: () => 'gnome_libsecret',
      encryptStringAsync: async (text: string) => Buffer.from(text),
      decryptStringAsync: async (bytes: Buffer) => ({ result: bytes.toString(), shouldReEncrypt: false }),
    },
    utilityProcess: { fork: () => new EventEmitter() },
  };
  return { module: { ...module, default: module }, seen };
}
