import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { app } from './app.ts';
import { hand } from './hand.ts';
import { missing, strict, StrictEmitter } from './missing.ts';
import { screenSize } from './x11.ts';

const afterReady = (what: string): void => {
  // Electron's own rule and words.
  if (!app.isReady()) throw new Error(`The '${what}' module can't be used before the app 'ready' event`);
};

class PowerMonitor extends StrictEmitter {
  constructor() {
    super('powerMonitor', [
      'suspend',
      'resume',
      'on-ac',
      'on-battery',
      'shutdown',
      'lock-screen',
      'unlock-screen',
    ]);
  }
  /** Docs: seconds. By hand of the test. */
  getSystemIdleTime = (): number => hand.state.idleSeconds ?? missing('idle time, by hand of the test');
  getSystemIdleState = (): string => missing('powerMonitor.getSystemIdleState');
  onBatteryPower = false;
}
export const powerMonitor = strict('powerMonitor', new PowerMonitor());

const key = (): Buffer =>
  createHash('sha256')
    .update(`double:${app.getPath('userData')}`)
    .digest();
const refuseWhenFailing = (): void => {
  if (hand.state.safeStorage.failing) throw new Error('The key store refused, by hand of the test');
};

/** Docs: api/safe-storage. Its key stands and falls with the profile's path, as a user's keyring does. */
export const safeStorage = strict('safeStorage', {
  isAsyncEncryptionAvailable: async (): Promise<boolean> => {
    afterReady('safeStorage');
    return hand.state.safeStorage.available;
  },
  getSelectedStorageBackend: (): string => {
    afterReady('safeStorage');
    return hand.state.safeStorage.backend;
  },
  encryptStringAsync: async (plain: string): Promise<Buffer> => {
    refuseWhenFailing();
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key(), iv);
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), body]);
  },
  decryptStringAsync: async (bytes: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> => {
    refuseWhenFailing();
    const decipher = createDecipheriv('aes-256-gcm', key(), bytes.subarray(0, 12)).setAuthTag(
      bytes.subarray(12, 28),
    );
    const result = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
    return { result, shouldReEncrypt: false };
  },
});

/** Everything that would leave the app is noted and not done. Docs: api/shell. */
export const shell = strict('shell', {
  openExternal: async (url: string): Promise<void> => {
    hand.note('shell.openExternal', url);
    if (hand.state.openExternalFails !== null) throw new Error(hand.state.openExternalFails);
  },
  /** Docs: resolves with an empty string, or the error's words. */
  openPath: async (path: string): Promise<string> => {
    hand.note('shell.openPath', path);
    return '';
  },
});

/** Docs: api/dialog; only the one that may be used before ready. */
export const dialog = strict('dialog', {
  showErrorBox: (title: string, content: string): void =>
    hand.note('dialog.showErrorBox', { title, content }),
});

let clipboardText = '';
export const clipboard = strict('clipboard', {
  writeText: (text: string): void => {
    clipboardText = text;
    hand.note('clipboard.writeText', text);
  },
  readText: (): string => clipboardText,
});

export const net = strict('net', {
  /** Docs: true may still mean no Internet; false is certain. By hand of the test. */
  isOnline: (): boolean => hand.state.online,
  get online(): boolean {
    return hand.state.online;
  },
});

const display = (): object => {
  afterReady('screen');
  const area = { x: 0, y: 0, ...screenSize() };
  // The window manager of the double has no panels.
  return {
    id: 1,
    bounds: area,
    workArea: area,
    scaleFactor: 1,
    size: screenSize(),
    workAreaSize: screenSize(),
  };
};
/** Docs: api/screen; one display, the X screen. */
export const screen = strict('screen', {
  getPrimaryDisplay: (): object => display(),
  getAllDisplays: (): object[] => [display()],
});

const shortcuts = new Map<string, () => void>();
/** Kept; a test presses them through the control channel. Docs: api/global-shortcut. */
export const globalShortcut = strict('globalShortcut', {
  register: (accelerator: string, callback: () => void): boolean => {
    if (shortcuts.has(accelerator)) return false;
    shortcuts.set(accelerator, callback);
    return true;
  },
  isRegistered: (accelerator: string): boolean => shortcuts.has(accelerator),
  unregister: (accelerator: string): void => void shortcuts.delete(accelerator),
  unregisterAll: (): void => shortcuts.clear(),
});
export const pressShortcut = (accelerator: string): void => {
  const callback = shortcuts.get(accelerator);
  if (!callback) throw new Error(`No shortcut ${accelerator} is registered.`);
  callback();
};
