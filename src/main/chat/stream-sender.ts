import type { IpcEvents } from '../../shared/ipc/events.ts';
import type { Clock } from '../ports.ts';

/** One message per frame and window at most: 60 Hz screens show no more. */
const FRAME_MS = 33;

/** What a window has been sent of the answer it watches. */
interface Watch {
  chatId: string;
  messageId: string;
  sent: string;
}

export interface StreamSender {
  /** The window shows this chat from now on; null shows none. */
  watch: (
    windowId: string,
    chatId: string | null,
    running: { messageId: string; text: string } | null,
  ) => void;
  /** An answer's text is now this; windows that watch its chat get the difference, batched. */
  update: (chatId: string, messageId: string, text: string) => void;
  /** Sends at once what is still waiting: the answer ended. */
  flush: (chatId: string) => void;
}

/** Batches stream text for the windows that show its chat, and sends only what is new. */
export function createStreamSender(options: {
  clock: Clock;
  send: (windowId: string, data: IpcEvents['chat.stream']) => void;
}): StreamSender {
  const watches = new Map<string, Watch>();
  const latest = new Map<string, { messageId: string; text: string }>();
  let pending = false;

  const sendTo = (windowId: string, watch: Watch, now: { messageId: string; text: string }): void => {
    if (watch.messageId !== now.messageId) {
      watch.messageId = now.messageId;
      watch.sent = '';
    }
    if (watch.sent === now.text) return;
    const from = now.text.startsWith(watch.sent) ? watch.sent.length : commonPrefix(watch.sent, now.text);
    options.send(windowId, {
      chatId: watch.chatId,
      messageId: now.messageId,
      from,
      text: now.text.slice(from),
    });
    watch.sent = now.text;
  };
  const flushAll = (only?: string): void => {
    for (const [windowId, watch] of watches) {
      const now = latest.get(watch.chatId);
      if (now && (only === undefined || watch.chatId === only)) sendTo(windowId, watch, now);
    }
  };

  return {
    watch: (windowId, chatId, running) => {
      if (chatId === null) watches.delete(windowId);
      else watches.set(windowId, { chatId, messageId: running?.messageId ?? '', sent: running?.text ?? '' });
    },
    update: (chatId, messageId, text) => {
      latest.set(chatId, { messageId, text });
      if (pending) return;
      pending = true;
      options.clock.after(FRAME_MS, () => {
        pending = false;
        flushAll();
      });
    },
    flush: (chatId) => {
      flushAll(chatId);
      latest.delete(chatId);
    },
  };
}

function commonPrefix(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let i = 0;
  while (i < end && a.charCodeAt(i) === b.charCodeAt(i)) i += 1;
  return i;
}
