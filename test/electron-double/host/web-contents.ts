import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { createCodec } from '../guest/codec.ts';
import { linkWorlds, runPreload } from '../guest/page.ts';
import { toCarried, toOwn } from './addresses.ts';
import type { Answer } from './cdp.ts';
import { cdp, closeTarget } from './engine.ts';
import { dispatchIpc } from './ipc-main.ts';
import { DoubleEvent, missing, strict, StrictEmitter } from './missing.ts';
import { CONTENTS_EVENTS, judgeRequest } from './navigation.ts';
import { applyPermissions, defaultSession, serveRequest } from './session.ts';
import { themeMedia } from './theme.ts';

/** Name of the world preload scripts run in; the page cannot enter it. */
const WORLD = 'preload';
const codec = createCodec();
let counter = 0;

export interface Frame {
  url: string;
  origin: string;
  parent: Frame | null;
  frameTreeNodeId: number;
  name: string;
}

export interface WindowOpenDetails {
  url: string;
  frameName: string;
  features: string;
  disposition: string;
}

/** A page in a window. Docs: api/web-contents. */
export class WebContents extends StrictEmitter {
  readonly id: number;
  readonly mainFrame: Frame;
  readonly session = defaultSession;
  _targetId = '';
  _sessionId = '';
  _frames = new Map<string, Frame>();
  /** Navigations pages have asked for, by frame. */
  _requested = new Map<string, string>();
  _openHandler: ((details: WindowOpenDetails) => { action: string }) | null = null;
  _self: this;
  private _crashed = false;
  private _destroyed = false;
  private _title = '';
  private _world: number | null = null;
  private readonly _binding = `double-${randomUUID()}`;
  private readonly _ready: Promise<undefined>;
  private readonly _setReady: () => void;
  private _loads: { resolve: () => void; reject: (error: Error) => void }[] = [];

  constructor() {
    super('webContents', CONTENTS_EVENTS);
    counter += 1;
    this.id = counter;
    this.mainFrame = strict('WebFrameMain', {
      url: '',
      origin: '',
      parent: null,
      frameTreeNodeId: counter,
      name: '',
    });
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this._ready = promise;
    this._setReady = () => resolve(undefined);
    this._self = strict('webContents', this);
  }

  /** Connects to the page of a fresh window, which shows nothing of the app yet. */
  async _attach(targetId: string, sessionId: string, preload: string | undefined): Promise<void> {
    this._targetId = targetId;
    this._sessionId = sessionId;
    this._frames.set(targetId, this.mainFrame);
    this._listen();
    await this._send('Page.enable');
    await this._send('Runtime.enable');
    await this._send('Page.setLifecycleEventsEnabled', { enabled: true });
    await this._send('Runtime.addBinding', { name: this._binding, executionContextName: WORLD });
    const secret = randomUUID();
    const link = (side: string): string =>
      `(${linkWorlds.toString()})(${createCodec.toString()}, ${JSON.stringify(secret)}, ${JSON.stringify(side)})`;
    const body =
      preload === undefined
        ? 'null'
        : `function (require, module, exports, process) {${readFileSync(preload, 'utf8')}\n}`;
    // Docs: tutorial/tutorial-preload: frames inside the page get no preload script (nodeIntegrationInSubFrames).
    const inMainFrame = (source: string): string => `if (globalThis.parent === globalThis) { ${source} }`;
    await this._send('Page.addScriptToEvaluateOnNewDocument', { source: inMainFrame(link('page')) });
    await this._send('Page.addScriptToEvaluateOnNewDocument', {
      source: inMainFrame(
        `(${runPreload.toString()})(${createCodec.toString()}, ${link('preload')}, ${JSON.stringify(this._binding)}, ${body})`,
      ),
      worldName: WORLD,
    });
    await this._send('Fetch.enable', { patterns: defaultSession._patterns() });
    // Chromium under DevTools may be told to pretend focus; here focus is the window manager's.
    await this._send('Emulation.setFocusEmulationEnabled', { enabled: false });
    await this._send('Emulation.setEmulatedMedia', themeMedia());
    await applyPermissions(this._self);
    this._setReady();
  }

  _send(method: string, params: Record<string, unknown> = {}): Promise<Answer> {
    return cdp().send(method, params, this._sessionId);
  }

  private _listen(): void {
    const on = (method: string, listener: (params: Answer) => void): void =>
      void cdp().on(method, (params, session) => {
        if (session === this._sessionId && !this._destroyed) listener(params);
      });
    on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === WORLD && context.auxData.frameId === this._targetId)
        this._world = context.id as number;
    });
    on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      if (executionContextId === this._world) this._world = null;
    });
    on('Runtime.executionContextsCleared', () => (this._world = null));
    on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === this._binding) this._heard(payload as string, executionContextId as number);
    });
    on('Page.frameAttached', ({ frameId, parentFrameId }) => {
      counter += 1;
      const parent = this._frames.get(parentFrameId as string) ?? null;
      this._frames.set(
        frameId as string,
        strict('WebFrameMain', { url: '', origin: '', parent, frameTreeNodeId: counter, name: '' }),
      );
    });
    on('Page.frameDetached', ({ frameId }) => this._frames.delete(frameId as string));
    on('Page.frameNavigated', ({ frame }) =>
      this._navigated(frame.id as string, `${frame.url}${frame.urlFragment ?? ''}`, true),
    );
    on('Page.navigatedWithinDocument', ({ frameId, url }) =>
      this._navigated(frameId as string, url as string, false),
    );
    on('Page.domContentEventFired', () => this.emit('dom-ready', new DoubleEvent()));
    on('Page.loadEventFired', () => {
      this.emit('did-finish-load', new DoubleEvent());
      this._settle(null);
    });
    on('Page.lifecycleEvent', ({ frameId, name }) => {
      if (name === 'firstPaint' && frameId === this._targetId) this.emit('_painted');
    });
    on(
      'Page.frameStartedLoading',
      ({ frameId }) => frameId === this._targetId && this.emit('did-start-loading'),
    );
    on(
      'Page.frameStoppedLoading',
      ({ frameId }) => frameId === this._targetId && this.emit('did-stop-loading'),
    );
    on('Inspector.targetCrashed', () => {
      this._crashed = true;
      this._world = null;
      // Docs: api/structures/render-process-gone-details.
      const details = { reason: 'crashed', exitCode: 133 };
      this.emit('render-process-gone', new DoubleEvent(), details);
      this._tellApp('render-process-gone', this._self, details);
    });
    judgeRequest(this, on, (request) => void serveRequest(this, request));
    cdp().on('Target.targetInfoChanged', ({ targetInfo }: Answer) => {
      if (targetInfo.targetId !== this._targetId || targetInfo.title === this._title) return;
      this._title = targetInfo.title as string;
      // Before the first page of the app commits, the title is the double's own.
      if (this.mainFrame.url === '') return;
      this.emit('page-title-updated', new DoubleEvent(), this._title, true);
    });
  }

  /** Set by app.ts, which knows everyone. */
  _tellApp: (event: string, ...args: unknown[]) => void = () => undefined;

  private _navigated(frameId: string, carried: string, document: boolean): void {
    const frame = this._frames.get(frameId);
    if (!frame || carried.startsWith('data:text/html,<title>double-')) return;
    frame.url = toOwn(carried);
    frame.origin = frame.url.includes('://') ? frame.url.split('/').slice(0, 3).join('/') : 'null';
    if (document) this._crashed = false;
    if (frame !== this.mainFrame) return;
    if (document) this.emit('did-navigate', new DoubleEvent(), frame.url, 200, '');
    else this.emit('did-navigate-in-page', new DoubleEvent(), frame.url, true);
  }

  private _heard(payload: string, context: number): void {
    const [kind, id, channel, body] = JSON.parse(payload) as [string, number, string, string];
    if (kind === 'context-menu') {
      const flags = { canCut: false, canCopy: false, canPaste: false, canSelectAll: true };
      const params = JSON.parse(body) as { isEditable: boolean; selectionText: string };
      const selected = params.selectionText !== '';
      this.emit('context-menu', new DoubleEvent(), {
        misspelledWord: '',
        dictionarySuggestions: [],
        ...params,
        editFlags: {
          ...flags,
          canCut: params.isEditable && selected,
          canCopy: selected,
          canPaste: params.isEditable,
        },
      });
      return;
    }
    // Docs: api/structures/ipc-main-invoke-event: null once the frame is gone or has navigated.
    const senderFrame = context === this._world ? this.mainFrame : null;
    const event = {
      type: 'frame',
      sender: this._self,
      senderFrame,
      frameId: this.mainFrame.frameTreeNodeId,
      processId: 0,
    };
    const answer = dispatchIpc(kind, event, channel, codec.decode(body) as unknown[]);
    if (kind !== 'invoke') return;
    answer.then(
      (result) => {
        try {
          this._post([kind, id, true, codec.encode(result)], context);
        } catch (error) {
          this._post(
            [kind, id, false, `Error invoking remote method '${channel}': ${String(error)}`],
            context,
          );
        }
      },
      (error: unknown) =>
        this._post([kind, id, false, `Error invoking remote method '${channel}': ${String(error)}`], context),
    );
  }

  private _post(message: unknown[], context: number | null): void {
    if (context === null || this._destroyed) return; // as in Electron, a page that is not there hears nothing
    const expression = `globalThis[${JSON.stringify(`${this._binding}:guest`)}].receive(${JSON.stringify(JSON.stringify(message))})`;
    this._send('Runtime.evaluate', { expression, contextId: context }).catch(() => undefined); // it went away meanwhile
  }

  private _settle(error: Error | null): void {
    for (const { resolve, reject } of this._loads.splice(0)) {
      if (error) reject(error);
      else resolve();
    }
  }

  _gone(): void {
    if (this._destroyed) return;
    this._settle(new Error('ERR_FAILED (-2): the window is gone'));
    this.emit('destroyed');
    this._destroyed = true;
    this._setReady();
  }

  /** Docs: resolves when the page has finished loading, rejects when it fails to. */
  async loadURL(url: string): Promise<void> {
    await this._ready;
    const answer = await this._send('Page.navigate', { url: toCarried(url) });
    if (answer.errorText) {
      this.emit('did-fail-load', new DoubleEvent(), -2, answer.errorText, url, true);
      throw new Error(`${answer.errorText} (-2) loading '${url}'`);
    }
    if (!answer.loaderId) return; // within the same document
    return new Promise((resolve, reject) => this._loads.push({ resolve, reject }));
  }

  /** Docs: sent by structured clone; what cannot be cloned throws here. */
  send(channel: string, ...args: unknown[]): void {
    this._post(['send', channel, true, codec.encode(args)], this._world);
  }

  reload(): void {
    this._send(
      this._crashed ? 'Page.navigate' : 'Page.reload',
      this._crashed ? { url: toCarried(this.mainFrame.url) } : {},
    ).catch(
      () => undefined, // it closes
    );
  }

  async executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    await this._ready;
    const { result, exceptionDetails } = await this._send('Runtime.evaluate', {
      expression: code,
      userGesture,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails)
      throw new Error(String(exceptionDetails.exception?.description ?? exceptionDetails.text));
    return result.value;
  }

  private _edit(command: string): void {
    // Chromium's own editing commands, as its menus use them.
    this._send('Input.dispatchKeyEvent', { type: 'rawKeyDown', commands: [command] }).catch(() => undefined); // it closes
  }
  undo = (): void => this._edit('undo');
  redo = (): void => this._edit('redo');
  cut = (): void => this._edit('cut');
  copy = (): void => this._edit('copy');
  paste = (): void => this._edit('paste');
  selectAll = (): void => this._edit('selectAll');
  delete = (): void => this._edit('delete');

  setWindowOpenHandler(handler: (details: WindowOpenDetails) => { action: string }): void {
    this._openHandler = handler;
  }
  /** A page wants a window: only a refusal is covered. */
  _open(details: WindowOpenDetails): void {
    if (!this._openHandler) missing('window.open without setWindowOpenHandler');
    if (this._openHandler(details).action !== 'deny') missing("setWindowOpenHandler answering 'allow'");
  }
  _popup(targetId: string): void {
    closeTarget(targetId).catch(() => undefined); // it closed by itself
  }

  forcefullyCrashRenderer(): void {
    this._send('Page.crash').catch(() => undefined); // the answer dies with the page
  }
  isDevToolsFocused = (): boolean => this._devToolsFocused;
  isDevToolsOpened = (): boolean => false;
  _devToolsFocused = false;
  isDestroyed = (): boolean => this._destroyed;
  isCrashed = (): boolean => this._crashed;
  getURL = (): string => this.mainFrame.url;
  getTitle = (): string => this._title;
  replaceMisspelling = (): void =>
    missing('webContents.replaceMisspelling: Chromium’s speller is not reached');
  close = (): void => missing('webContents.close: close the window');
}
