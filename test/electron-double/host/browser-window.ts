import { randomUUID } from 'node:crypto';
import { activeXid, cdp, closeTarget, createTarget, onActive } from './engine.ts';
import { hand } from './hand.ts';
import { DoubleEvent, missing, strict, StrictEmitter } from './missing.ts';
import { themeMedia } from './theme.ts';
import { WebContents } from './web-contents.ts';
import * as x11 from './x11.ts';

interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface WindowOptions extends Partial<Rectangle> {
  show?: boolean;
  title?: string;
  webPreferences?: { preload?: string; [name: string]: unknown };
  [name: string]: unknown;
}

/** Options taken; those without a meaning here are noted as harmless. Anything else throws. */
const OPTIONS = new Set(['x', 'y', 'width', 'height', 'show', 'title', 'webPreferences']);
const HARMLESS = new Set([
  'minWidth',
  'minHeight',
  'backgroundColor',
  'autoHideMenuBar',
  'icon',
  'useContentSize',
]);
const PREFERENCES = new Set([
  'preload',
  'contextIsolation',
  'sandbox',
  'nodeIntegration',
  'webviewTag',
  'spellcheck',
  'autoplayPolicy',
]);

/** Chromium ends every window title so. */
const CHROMIUM_SUFFIX = ' - Chromium';
/** The window manager answers within this time, or the next operation goes on without. */
const MANAGER_LIMIT_MS = 2_000;

const open = new Set<BrowserWindow>();
export const allWindows = (): BrowserWindow[] => [...open];

/** Set by app.ts. */
export const windowHooks = {
  created: (_contents: WebContents): void => undefined,
  focus: (_window: BrowserWindow, _focused: boolean): void => undefined,
  /** A window is gone; `left` are still there. */
  closed: (_left: number): void => undefined,
  contents: (_event: string, ..._args: unknown[]): void => undefined,
};

let counter = 0;

/** A window of the system with a page in it. Docs: api/browser-window, api/base-window. */
export class BrowserWindow extends StrictEmitter {
  static getAllWindows = (): BrowserWindow[] => allWindows();
  static getFocusedWindow = (): BrowserWindow | null =>
    allWindows().find((window) => window.isFocused()) ?? null;
  static fromWebContents = (contents: WebContents): BrowserWindow | null =>
    allWindows().find((window) => window._contents === contents) ?? null;
  static fromId = (id: number): BrowserWindow | null =>
    allWindows().find((window) => window.id === id) ?? null;

  readonly id: number;
  _xid = 0;
  readonly _contents: WebContents;
  readonly _self: this;
  private _steps: Promise<unknown> = Promise.resolve();
  private _state: x11.XState = x11.UNKNOWN_STATE;
  private _focused = false;
  private _destroyed = false;
  private _closing = false;
  /** From maximize() until the window manager says it is over: the size is not the normal one. */
  private _maximising = false;
  private _bounds: Rectangle;
  private _title: string;
  private readonly _stops: (() => void)[] = [];

  constructor(options: WindowOptions = {}) {
    super('BrowserWindow', [
      'blur',
      'close',
      'closed',
      'focus',
      'hide',
      'maximize',
      'minimize',
      'page-title-updated',
      'ready-to-show',
      'restore',
      'show',
      'unmaximize',
      // By hand of the test.
      'responsive',
      'unresponsive',
    ]);
    for (const name of Object.keys(options))
      if (!OPTIONS.has(name) && !HARMLESS.has(name)) missing(`BrowserWindow option ${name}`);
    const { preload, ...preferences } = options.webPreferences ?? {};
    for (const [name, value] of Object.entries(preferences)) {
      if (!PREFERENCES.has(name)) missing(`webPreferences.${name}`);
      // Pages here are isolated, sandboxed and without Node whatever is asked; what would differ must not pass.
      if (['contextIsolation', 'sandbox'].includes(name) && value === false)
        missing(`webPreferences.${name}: false`);
      if (['nodeIntegration', 'webviewTag'].includes(name) && value === true)
        missing(`webPreferences.${name}: true`);
    }
    cdp(); // throws before ready
    counter += 1;
    this.id = counter;
    this._title = options.title ?? '';
    // Docs: api/structures/base-window-options: 800 × 600, centred, unless told.
    const { width = 800, height = 600 } = options;
    const screen = x11.screenSize();
    this._bounds = {
      width,
      height,
      x: options.x ?? Math.max(0, Math.round((screen.width - width) / 2)),
      y: options.y ?? Math.max(0, Math.round((screen.height - height) / 2)),
    };
    this._contents = new WebContents()._self;
    this._contents._tellApp = (event, ...args) => windowHooks.contents(event, ...args);
    this._self = strict('BrowserWindow', this);
    open.add(this._self);
    this._step(() => this._create(typeof preload === 'string' ? preload : undefined));
    // Docs: shown when created, unless show is false.
    if (options.show !== false) this.show();
    windowHooks.created(this._contents);
    return this._self;
  }

  /** Window operations are carried out one after another; Electron's are asynchronous under X11 as well. */
  private _step(act: () => Promise<unknown>): void {
    this._steps = this._steps
      .then(async () => {
        if (this._destroyed) return;
        await act();
      })
      .catch((error: unknown) => {
        if (!this._destroyed && !this._closing) hand.note('a window operation failed', String(error));
      });
  }

  private async _create(preload: string | undefined): Promise<void> {
    const mark = `double-${randomUUID()}`;
    const { targetId, sessionId } = await createTarget(
      `data:text/html,<title>${mark}</title>`,
      this._bounds,
      {
        popup: (target) => this._contents._popup(target),
        gone: () => this._gone(),
      },
    );
    await cdp().send('Runtime.runIfWaitingForDebugger', {}, sessionId);
    this._xid = await x11.findWindow(mark);
    this._stops.push(
      x11.watchState(this._xid, (state) => this._changed(state)),
      onActive(() => this._look()),
    );
    this._listen();
    await this._contents._attach(targetId, sessionId, preload);
    await x11.setTitle(this._xid, this._title);
  }

  private _listen(): void {
    let ready = false;
    this._contents.on('_painted', () => {
      // Docs: once, when the page has been rendered; the blank page before the first load does not count.
      if (ready || this._contents.mainFrame.url === '') return;
      ready = true;
      this.emit('ready-to-show');
    });
    this._contents.on('page-title-updated', (event: DoubleEvent, title: string, explicit: boolean) => {
      this.emit('page-title-updated', event, title, explicit);
      // Docs: a prevented update keeps the window's own title. Chromium has set the document's by now.
      if (!event.defaultPrevented) this._title = title;
      const kept = this._title;
      this._step(() => x11.setTitle(this._xid, kept));
    });
    hand.onTheme(() => {
      if (!this._destroyed)
        this._contents._send('Emulation.setEmulatedMedia', themeMedia()).catch(() => undefined); // it closes
    });
  }

  private _changed(state: x11.XState): void {
    const before = this._state;
    if (this._destroyed) return;
    this._state = state;
    // Docs: base-window events; a minimised window is not hidden.
    if (state.shown !== before.shown) this.emit(state.shown ? 'show' : 'hide');
    if (state.minimised !== before.minimised) this.emit(state.minimised ? 'minimize' : 'restore');
    if (before.maximised && !state.maximised) this._maximising = false;
    if (state.maximised !== before.maximised) this.emit(state.maximised ? 'maximize' : 'unmaximize');
    // Chromium puts the document's title there whenever it changes.
    if (state.title.endsWith(CHROMIUM_SUFFIX)) this._step(() => x11.setTitle(this._xid, this._title));
    this._look();
  }

  /** Focus is the window manager's word: the active window, on a screen. */
  private _look(): void {
    const focused = !this._destroyed && this._xid !== 0 && activeXid() === this._xid;
    if (focused === this._focused) return;
    this._focused = focused;
    this.emit(focused ? 'focus' : 'blur');
    windowHooks.focus(this._self, focused);
  }

  _gone(): void {
    if (this._destroyed) return;
    // Closed by Chromium itself (a test closed the page): told, but too late to be refused.
    if (!this._closing) {
      const event = new DoubleEvent();
      this.emit('close', event);
      if (event.defaultPrevented) hand.note('a close could not be refused', this.id);
    }
    for (const stop of this._stops) stop();
    open.delete(this._self);
    if (this._focused) {
      this._focused = false;
      this.emit('blur');
      windowHooks.focus(this._self, false);
    }
    this._contents._gone();
    this._destroyed = true;
    this.emit('closed');
    windowHooks.closed(open.size);
  }

  private _alive(): void {
    // Electron's own words.
    if (this._destroyed) throw new TypeError('Object has been destroyed');
  }

  get webContents(): WebContents {
    this._alive();
    return this._contents;
  }

  loadURL(url: string): Promise<void> {
    this._alive();
    return this._contents.loadURL(url);
  }
  reload = (): void => this._contents.reload();

  /** Onto the screen or off it, and waits until the window manager has done so: what follows builds on it. */
  private async _moved(shown: boolean): Promise<void> {
    await (shown ? x11.showWindow(this._xid) : x11.hideWindow(this._xid));
    const limit = Date.now() + MANAGER_LIMIT_MS;
    while (this._state.shown !== shown && Date.now() < limit)
      await new Promise((done) => setTimeout(done, 5));
  }

  /** Docs: shows and gives focus to the window. */
  show(): void {
    this._alive();
    this._step(async () => {
      await this._moved(true);
      await x11.activateWindow(this._xid);
    });
  }
  showInactive(): void {
    this._alive();
    this._step(() => this._moved(true));
  }
  hide(): void {
    this._alive();
    this._step(() => this._moved(false));
  }
  focus(): void {
    this._alive();
    this._step(async () => {
      // A hidden window gets no focus; activating it would move the user to the other desktop.
      if (this._state.shown) await x11.activateWindow(this._xid);
    });
  }
  minimize(): void {
    this._alive();
    this._step(() => x11.minimiseWindow(this._xid));
  }
  /** Docs: restores the window from minimized state to its previous state. */
  restore(): void {
    this._alive();
    this._step(async () => {
      if (this._state.minimised) await x11.activateWindow(this._xid);
      else if (this._state.maximised) await this._setState('normal');
    });
  }
  maximize(): void {
    this._alive();
    this.getBounds();
    this._maximising = true;
    this._step(() => this._setState('maximized'));
  }
  unmaximize(): void {
    this._alive();
    this._step(() => this._setState('normal'));
  }
  private async _setState(windowState: string): Promise<void> {
    const { windowId } = await cdp().send('Browser.getWindowForTarget', {
      targetId: this._contents._targetId,
    });
    await cdp().send('Browser.setWindowBounds', { windowId, bounds: { windowState } });
  }

  isFocused = (): boolean => this._focused;
  /** Docs say "in the foreground of the app"; under X11 a minimised window still counts as visible. */
  isVisible(): boolean {
    this._alive();
    return this._state.shown;
  }
  isMinimized(): boolean {
    this._alive();
    return this._state.minimised;
  }
  isMaximized(): boolean {
    this._alive();
    return this._state.maximised;
  }
  isDestroyed = (): boolean => this._destroyed;
  _isClosing = (): boolean => this._closing || this._destroyed;

  getTitle(): string {
    this._alive();
    return this._title;
  }
  setTitle(title: string): void {
    this._alive();
    this._title = title;
    this._step(() => x11.setTitle(this._xid, title));
  }

  getBounds(): Rectangle {
    this._alive();
    if (this._xid === 0 || this._state.minimised) return { ...this._bounds };
    try {
      const text = x11.xdotoolSync('getwindowgeometry', '--shell', String(this._xid));
      const read = (name: string): number =>
        Number(new RegExp(`^${name}=(-?\\d+)`, 'm').exec(text)?.[1] ?? 0);
      const bounds = { x: read('X'), y: read('Y'), width: read('WIDTH'), height: read('HEIGHT') };
      if (!this._maximising && !this._state.maximised && !this._state.fullscreen) this._bounds = bounds;
      return { ...bounds };
    } catch {
      return { ...this._bounds }; // the X window is gone already: where it last was
    }
  }
  /** Docs: position and size of the window in normal state, whatever state it is in now. */
  getNormalBounds(): Rectangle {
    this.getBounds();
    return { ...this._bounds };
  }

  /** Docs: like the close button: `close` may be prevented, then `closed`. `beforeunload` is not asked here. */
  close(): void {
    this._alive();
    if (this._closing) return;
    const event = new DoubleEvent();
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }
  /** Docs: forced; `close` is not emitted, `closed` is. */
  destroy(): void {
    if (this._destroyed || this._closing) return;
    this._closing = true;
    this._steps = this._steps.then(async () => {
      if (this._destroyed) return;
      await closeTarget(this._contents._targetId).catch(() => this._gone()); // it is gone already
    });
  }
}
