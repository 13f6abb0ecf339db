import { randomUUID } from 'node:crypto';
import { busMethod, connectBus, type Bus } from '../support/dbus.ts';
import { app } from './app.ts';
import { DoubleEvent, missing, strict, StrictEmitter } from './missing.ts';

const TO = {
  destination: 'org.freedesktop.Notifications',
  path: '/org/freedesktop/Notifications',
  interface: 'org.freedesktop.Notifications',
};
const OPTIONS = new Set(['id', 'title', 'body', 'silent', 'icon', 'urgency', 'timeoutType']);
const REASONS: Record<number, string> = { 1: 'timedOut', 2: 'userCanceled', 3: 'applicationHidden' };

/** Shown ones by the server's id. Electron, too, keeps a shown notification's native side alive. */
const shown = new Map<number, Notification>();
let bus: Promise<Bus> | null = null;

function connect(): Promise<Bus> {
  bus ??= (async () => {
    const link = await connectBus(process.env['DBUS_SESSION_BUS_ADDRESS'] ?? '');
    link.onSignal(({ interface: name, member, body }) => {
      if (name !== TO.interface) return;
      const [id, detail] = body as [number, unknown];
      const one = shown.get(id);
      if (!one) return;
      if (member === 'ActionInvoked' && detail === 'default') one.emit('click', new DoubleEvent());
      if (member === 'NotificationClosed') {
        shown.delete(id);
        const reason = REASONS[detail as number];
        one.emit('close', Object.assign(new DoubleEvent(), reason === undefined ? {} : { reason }));
      }
    });
    await busMethod(link, 'AddMatch', 's', [`type='signal',interface='${TO.interface}'`]);
    return link;
  })();
  return bus;
}

/**
 * A notification through the desktop's own server on the session bus.
 * Docs: api/notification, tutorial/notifications ("Linux": Desktop Notifications Specification). `failed` is
 * documented for macOS and Windows; on Linux Electron emits it too when the server refuses.
 */
export class Notification extends StrictEmitter {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  private readonly _silent: boolean;
  private _shownId = 0;
  private _asked: Promise<void> = Promise.resolve();

  constructor(options: { id?: string; title?: string; body?: string; silent?: boolean } = {}) {
    super('Notification', ['show', 'click', 'close', 'failed']);
    for (const name of Object.keys(options)) if (!OPTIONS.has(name)) missing(`Notification option ${name}`);
    if (!app.isReady()) throw new Error('Cannot create Notification before app is ready');
    this.id = options.id ?? randomUUID();
    this.title = options.title ?? '';
    this.body = options.body ?? '';
    this._silent = options.silent === true;
    return strict('Notification', this);
  }

  static isSupported = (): boolean => process.env['DBUS_SESSION_BUS_ADDRESS'] !== undefined;

  show(): void {
    this._asked = this._asked.then(async () => {
      try {
        const link = await connect();
        const hints = new Map([['suppress-sound', { type: 'b', value: this._silent }]]);
        const [id] = await link.call({ ...TO, member: 'Notify' }, 'susssasa{sv}i', [
          app.getName(),
          this._shownId,
          '',
          this.title,
          this.body,
          ['default', 'View'],
          hints,
          -1,
        ]);
        this._shownId = id as number;
        shown.set(this._shownId, this);
        this.emit('show', new DoubleEvent());
      } catch (error) {
        this.emit('failed', new DoubleEvent(), error instanceof Error ? error.message : String(error));
      }
    });
  }

  close(): void {
    this._asked = this._asked.then(async () => {
      if (!shown.has(this._shownId)) return;
      const link = await connect();
      // A server that is gone shows nothing any more.
      await link.call({ ...TO, member: 'CloseNotification' }, 'u', [this._shownId]).catch(() => undefined);
    });
  }
}
