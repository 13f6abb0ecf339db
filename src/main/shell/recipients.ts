import type { WindowRole } from '../../shared/domain.ts';
import type { IpcEventName } from '../../shared/ipc/events.ts';

/**
 * Ids of the windows an event goes to. One window when it is named; otherwise all, but a sound is played by
 * one only (the chat window before others) and an order to navigate is the chat window's alone.
 */
export function recipients(
  event: IpcEventName,
  windowId: string | null,
  open: readonly { windowId: string; role: WindowRole }[],
): ReadonlySet<string> {
  if (windowId !== null) return new Set([windowId]);
  const chat = open.find(({ role }) => role === 'chat');
  if (event === 'navigate') return new Set(chat ? [chat.windowId] : []);
  if (event === 'sound.play') {
    const player = chat ?? open[0];
    return new Set(player ? [player.windowId] : []);
  }
  return new Set(open.map((window) => window.windowId));
}
