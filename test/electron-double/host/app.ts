import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { allWindows, windowHooks } from './browser-window.ts';
import { runningChromium, startEngine } from './engine.ts';
import { hand } from './hand.ts';
import { DoubleEvent, missing, strict, StrictEmitter } from './missing.ts';
import { freezeSchemes } from './session.ts';
import { requestLock } from './single-instance.ts';
import { stopSpies } from './x11.ts';

/** Where package.json is: what Electron is started with. */
const root = process.env['HARK_DOUBLE_APP'] ?? process.cwd();
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, string>;
const flag = (name: string): string | undefined =>
  process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);

class App extends StrictEmitter {
  private _ready = false;
  private readonly _whenReady: Promise<undefined>;
  private readonly _setReady: () => void;
  private _phase: 'running' | 'closing' | 'ending' = 'running';
  private _badge = 0;
  private _lock: { release: () => void } | null = null;
  private _paths = new Map<string, string>();
  private _self: this = this;
  /** Docs: macOS only; undefined elsewhere. */
  dock = undefined;

  constructor() {
    super('app', [
      'activate',
      'before-quit',
      'browser-window-blur',
      'browser-window-created',
      'browser-window-focus',
      'certificate-error',
      'child-process-gone',
      'open-url',
      'quit',
      'ready',
      'render-process-gone',
      'second-instance',
      'select-client-certificate',
      'web-contents-created',
      'will-finish-launching',
      'will-quit',
      'window-all-closed',
    ]);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this._whenReady = promise;
    this._setReady = () => resolve(undefined);
  }

  _strict(): this {
    this._self = strict('app', this);
    return this._self;
  }

  /** Started when the entry has been read: Docs, tutorial/esm: `ready` waits for the main module. */
  async _start(): Promise<void> {
    if (this._phase !== 'running') return;
    this.emit('will-finish-launching');
    await startEngine(this.getPath('userData'));
    freezeSchemes();
    this._ready = true;
    this.emit('ready', new DoubleEvent(), {});
    this._setReady();
  }

  get isPackaged(): boolean {
    return hand.state.isPackaged;
  }
  get name(): string {
    return this.getName();
  }
  /** Docs: api/app, whenReady. */
  whenReady = (): Promise<undefined> => this._whenReady;
  isReady = (): boolean => this._ready;
  getName = (): string => manifest['productName'] ?? manifest['name'] ?? 'Electron';
  getVersion = (): string => manifest['version'] ?? '';
  getAppPath = (): string => root;
  getLocale = (): string => 'en-US';
  getSystemLocale = (): string => 'en-US';
  getPreferredSystemLanguages = (): string[] => ['en-US'];
  enableSandbox(): void {
    if (this._ready) throw new Error('app.enableSandbox() can only be called before app is ready');
    hand.note('app.enableSandbox', true);
  }
  setAppUserModelId = (id: string): void => hand.note('app.setAppUserModelId', id);
  setAsDefaultProtocolClient(scheme: string): boolean {
    hand.note('app.setAsDefaultProtocolClient', scheme);
    return true;
  }
  setAboutPanelOptions = (options: object): void => hand.note('app.setAboutPanelOptions', options);
  showAboutPanel = (): void => hand.note('app.showAboutPanel', true);
  /** Docs: macOS and Linux (Unity launcher); answers whether it worked. */
  setBadgeCount(count: number): boolean {
    this._badge = count;
    hand.note('app.setBadgeCount', count);
    return true;
  }
  getBadgeCount = (): number => this._badge;
  getLoginItemSettings = (): { openAtLogin: boolean; wasOpenedAtLogin: boolean } =>
    missing('app.getLoginItemSettings: macOS and Windows only');
  /** Docs: on Linux focuses the first visible window. */
  focus(): void {
    allWindows()
      .find((window) => window.isVisible())
      ?.focus();
  }

  /** Docs: api/app, getPath. `--user-data-dir` is Chromium's switch for userData. */
  getPath(name: string): string {
    const set = this._paths.get(name);
    if (set !== undefined) return set;
    const config = process.env['XDG_CONFIG_HOME'] ?? path.join(homedir(), '.config');
    const found: Record<string, string> = {
      home: homedir(),
      appData: config,
      userData: flag('user-data-dir') ?? path.join(config, this.getName()),
      temp: tmpdir(),
      exe: process.execPath,
      module: process.execPath,
    };
    found['sessionData'] = found['userData'] ?? '';
    found['logs'] = path.join(found['userData'] ?? '', 'logs');
    return found[name] ?? missing(`app.getPath('${name}')`);
  }
  setPath = (name: string, value: string): void => void this._paths.set(name, value);

  requestSingleInstanceLock(data: unknown = {}): boolean {
    if (this._lock) return true;
    const second = { argv: process.argv, cwd: process.cwd(), data };
    this._lock = requestLock(this.getPath('userData'), second, ({ argv, cwd, data: given }) => {
      // Docs: guaranteed to be emitted after `ready`.
      void this._whenReady.then(() => this.emit('second-instance', new DoubleEvent(), argv, cwd, given));
    });
    return this._lock !== null;
  }
  hasSingleInstanceLock = (): boolean => this._lock !== null;
  releaseSingleInstanceLock(): void {
    this._lock?.release();
    this._lock = null;
  }

  /**
   * Docs: before-quit (may be prevented), then every window is closed (each may refuse), then will-quit (may be
   * prevented), then quit. window-all-closed is not emitted on this way.
   */
  quit(): void {
    if (this._phase !== 'running') return;
    const event = new DoubleEvent();
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    this._phase = 'closing';
    for (const window of allWindows()) {
      window.close();
      if (!window._isClosing()) {
        this._phase = 'running'; // a window stays: no quit
        return;
      }
    }
    if (allWindows().length === 0) this._end();
  }
  private _end(): void {
    const event = new DoubleEvent();
    this.emit('will-quit', event);
    if (event.defaultPrevented) {
      this._phase = 'running';
      return;
    }
    this.exit(0);
  }
  /** Docs: at once; windows are not asked, before-quit and will-quit are not emitted. */
  exit(code = 0): void {
    if (this._phase === 'ending') return;
    this._phase = 'ending';
    this.emit('quit', new DoubleEvent(), code);
    const end = (): void => {
      this.releaseSingleInstanceLock();
      stopSpies();
      process.exit(code);
    };
    const chromium = runningChromium();
    if (chromium) chromium.close().then(end, end);
    else end();
  }
  relaunch = (): void => missing('app.relaunch');

  _windowClosed(left: number): void {
    if (left > 0 || this._phase === 'ending') return;
    if (this._phase === 'closing') return this._end();
    // Docs: without a listener the default is to quit.
    if (this.listenerCount('window-all-closed') === 0) this.quit();
    else this.emit('window-all-closed');
  }
}

export const app = new App()._strict();

windowHooks.created = (contents) => {
  app.emit('web-contents-created', new DoubleEvent(), contents);
  const window = allWindows().find((each) => each._contents === contents);
  app.emit('browser-window-created', new DoubleEvent(), window);
};
windowHooks.focus = (window, focused) =>
  void app.emit(focused ? 'browser-window-focus' : 'browser-window-blur', new DoubleEvent(), window);
windowHooks.closed = (left) => app._windowClosed(left);
windowHooks.contents = (event, ...args) => void app.emit(event, new DoubleEvent(), ...args);

// Electron quits in order when the system asks it to end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
