import { busMethod, connectBus, type Bus, type Message, type Variant } from './dbus.ts';

export interface ShownNotification {
  id: number;
  app: string;
  title: string;
  body: string;
  hints: Map<string, Variant>;
  open: boolean;
}

/** The desktop's notification server, with a hand of the test in place of the user's. */
export interface NotificationDaemon {
  shown: ShownNotification[];
  /** The user clicks the notification itself. */
  click: (id: number) => void;
  /** The user closes it, or it runs out. */
  close: (id: number, why?: 'expired' | 'dismissed') => void;
  /** From now on every notification is refused in these words; null: taken again. */
  refuse: (words: string | null) => void;
  stop: () => void;
}

const PATH = '/org/freedesktop/Notifications';
const NAME = 'org.freedesktop.Notifications';
const REASONS = { expired: 1, dismissed: 2, closed: 3 } as const;

/**
 * Serves org.freedesktop.Notifications on a bus.
 * Source: https://specifications.freedesktop.org/notification-spec/latest/protocol.html
 */
export async function startNotificationDaemon(address: string): Promise<NotificationDaemon> {
  const bus: Bus = await connectBus(address);
  const shown: ShownNotification[] = [];
  let refusal: string | null = null;

  const close = (id: number, why: keyof typeof REASONS): void => {
    const one = shown.find((each) => each.id === id && each.open);
    if (!one) return;
    one.open = false;
    bus.signal({ path: PATH, interface: NAME, member: 'NotificationClosed' }, 'uu', [id, REASONS[why]]);
  };
  const notify = (call: Message): number => {
    if (refusal !== null) throw new Error(refusal);
    const [app, replaces, , title, body, , hints] = call.body as [
      string,
      number,
      string,
      string,
      string,
      string[],
      Map<string, Variant>,
    ];
    const id = replaces > 0 ? replaces : shown.length + 1;
    shown.push({ id, app, title, body, hints, open: true });
    return id;
  };
  bus.serve((call) => {
    switch (call.member) {
      case 'Notify':
        return { signature: 'u', body: [notify(call)] };
      case 'CloseNotification':
        close(call.body[0] as number, 'closed');
        return { signature: '', body: [] };
      case 'GetCapabilities':
        return { signature: 'as', body: [['body', 'actions']] };
      case 'GetServerInformation':
        return { signature: 'ssss', body: ['test', 'test', '1', '1.2'] };
      default:
        throw new Error(`no such method: ${call.member ?? ''}`);
    }
  });
  await busMethod(bus, 'RequestName', 'su', [NAME, 0]);
  return {
    shown,
    click: (id) => {
      bus.signal({ path: PATH, interface: NAME, member: 'ActionInvoked' }, 'us', [id, 'default']);
      // A notification goes with its action unless it is resident.
      close(id, 'dismissed');
    },
    close: (id, why = 'dismissed') => close(id, why),
    refuse: (words) => (refusal = words),
    stop: () => bus.close(),
  };
}
