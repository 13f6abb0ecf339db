import type { AccountState, ActivityState, AppNotice, RunState, Settings } from '../domain.ts';

/** Events from the main process to windows: plain types, since main is trusted. */
export interface IpcEvents {
  'account.changed': AccountState;
  'activity.changed': ActivityState;
  'settings.changed': Settings;
  'notices.changed': AppNotice[];
  /** The chat list changed: ask again. */
  'chats.changed': Record<string, never>;
  /** A chat's stored messages changed: ask again. */
  'chat.changed': { chatId: string };
  /** Stream text, at most one message per frame, only to windows that watch the chat: content = content.slice(0, from) + text. */
  'chat.stream': { chatId: string; messageId: string; from: number; text: string };
  'run.changed': RunState;
  /** A delivery row was added or changed: ask again. */
  'deliveries.changed': { scope: 'user' | 'admin' };
  'targets.changed': Record<string, never>;
  /** A toast or link was clicked: the chat window shows this chat. */
  navigate: { chatId: string | null };
  /** Play the chime once (only one window is asked). */
  'sound.play': { name: 'ready' | 'failed' };
}
export type IpcEventName = keyof IpcEvents;
