import type { AccountState } from '../../shared/domain.ts';
import type { IpcEventName, IpcEvents } from '../../shared/ipc/events.ts';
import type { MenuEntry } from './menu.ts';

/** What the tray knows, gathered from the events windows get. */
export interface TrayState {
  /** Message ids of answers that ended while nobody was looking. */
  unread: ReadonlySet<string>;
  /** Message ids of answers being made. */
  running: ReadonlySet<string>;
  account: AccountState['status'];
  active: boolean;
}

export const EMPTY_TRAY: TrayState = {
  unread: new Set(),
  running: new Set(),
  account: 'starting',
  active: false,
};

const without = (set: ReadonlySet<string>, id: string): ReadonlySet<string> =>
  set.has(id) ? new Set([...set].filter((other) => other !== id)) : set;

/** The next state after an event. Answers the user stopped are not unread: they were there. */
export function trayAfter<E extends IpcEventName>(state: TrayState, event: E, data: IpcEvents[E]): TrayState {
  switch (event) {
    case 'run.changed': {
      const { messageId, status } = data as IpcEvents['run.changed'];
      if (status === 'running') return { ...state, running: new Set([...state.running, messageId]) };
      const ended = { ...state, running: without(state.running, messageId) };
      return status === 'stopped' || state.active
        ? ended
        : { ...ended, unread: new Set([...state.unread, messageId]) };
    }
    case 'activity.changed': {
      const { active } = data as IpcEvents['activity.changed'];
      return { ...state, active, unread: active ? new Set() : state.unread };
    }
    case 'account.changed': {
      const { status } = data as IpcEvents['account.changed'];
      // Another account's answers are not this one's unread ones.
      return status === 'signed_out'
        ? { ...state, account: status, unread: new Set(), running: new Set() }
        : { ...state, account: status };
    }
    default:
      return state;
  }
}

export type TrayIcon = 'idle' | 'unread' | 'paused';

export interface TrayView {
  icon: TrayIcon;
  tooltip: string;
  /** For the dock or taskbar; 0 shows none. */
  badge: number;
}

const many = (count: number, one: string, more: string): string =>
  count === 1 ? `1 ${one}` : `${count} ${more}`;

/** What the tray shows: unread answers first, then that Hark cannot hear of any, then answers being made. */
export function trayView(state: TrayState, name: string): TrayView {
  const badge = state.unread.size;
  if (badge > 0)
    return {
      icon: 'unread',
      tooltip: `${name}: ${many(badge, 'answer is', 'answers are')} ready`,
      badge,
    };
  if (state.account === 'unreachable')
    return { icon: 'paused', tooltip: `${name}: the server cannot be reached`, badge };
  if (state.account === 'signed_out')
    return { icon: 'paused', tooltip: `${name}: you are signed out`, badge };
  const running = state.running.size;
  return {
    icon: 'idle',
    tooltip: running > 0 ? `${name}: ${many(running, 'answer is', 'answers are')} on the way` : name,
    badge,
  };
}

/**
 * File of a tray icon under assets/icons. macOS takes template images (black and alpha, tinted by the
 * system, known by their name), Windows icon files, Linux coloured pictures.
 */
export function trayIconFile(platform: string, icon: TrayIcon): string {
  if (platform === 'darwin') return `tray-${icon}-Template.png`;
  return platform === 'win32' ? `tray-${icon}.ico` : `tray-${icon}.png`;
}

/** The tray's menu. */
export function trayMenu(
  name: string,
  actions: { open: () => void; newChat: () => void; openSettings: () => void; quit: () => void },
): MenuEntry[] {
  return [
    { label: `Open ${name}`, click: actions.open },
    { label: 'New Chat', click: actions.newChat },
    { label: 'Settings…', click: actions.openSettings },
    { type: 'separator' },
    { label: `Quit ${name}`, click: actions.quit },
  ];
}
