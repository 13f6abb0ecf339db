import { createHash } from 'node:crypto';
import type { Clock, Toaster } from '../ports.ts';

/** A native notification, not yet shown. */
export interface NativeToast {
  on: (happening: 'show' | 'click' | 'close' | 'failed', listener: (words?: string) => void) => void;
  show: () => void;
  close: () => void;
}

/** Shown toasts kept in memory: one that is garbage-collected loses its click. The oldest go first. */
const KEPT = 100;
/** A system that says nothing in this time is taken not to have shown it (ms). */
const OUTCOME_LIMIT_MS = 3_000;

/** A name the system takes for a key: Windows refuses a toast whose tag is longer than 64 characters. */
export const toastId = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 32);

/**
 * Shows native notifications, one per key: the same key again replaces the earlier one. The outcome is
 * data; what the user does later comes by `clicked`. Never rejects.
 */
export function createToaster(options: {
  clock: Clock;
  supported: () => boolean;
  make: (toast: { id: string; title: string; body: string }) => NativeToast;
  clicked: (chatId: string | null) => void;
}): Toaster & {
  /** A click the system reports by id rather than on the object (Windows, from the notification centre). */
  activated: (id: string | null) => void;
} {
  const kept = new Map<string, { native: NativeToast; chatId: string | null }>();

  const click = (id: string): void => {
    const entry = kept.get(id);
    if (!entry) return;
    kept.delete(id);
    entry.native.close();
    options.clicked(entry.chatId);
  };
  return {
    activated: (id) => {
      if (id !== null && kept.has(id)) click(id);
      else options.clicked(null);
    },
    show: async ({ key, title, body, chatId }) => {
      if (!options.supported()) return { shown: false, words: 'This system shows no notifications.' };
      const id = toastId(key);
      return new Promise((resolve) => {
        try {
          kept.get(id)?.native.close();
          kept.delete(id);
          const native = options.make({ id, title, body });
          kept.set(id, { native, chatId });
          const oldest = kept.keys().next();
          if (kept.size > KEPT && !oldest.done) kept.delete(oldest.value);

          const cancel = options.clock.after(OUTCOME_LIMIT_MS, () =>
            resolve({
              shown: false,
              words:
                'The system took the notification but did not say that it was shown. Check that notifications are allowed for Hark and that Do Not Disturb is off.',
            }),
          );
          native.on('show', () => {
            cancel();
            resolve({ shown: true });
          });
          native.on('failed', (words) => {
            cancel();
            if (kept.get(id)?.native === native) kept.delete(id);
            resolve({
              shown: false,
              words: `The system refused the notification: ${words ?? 'no reason given'}.`,
            });
          });
          native.on('close', () => {
            // Closed before it was shown: it was swallowed. A close after that may still leave it in the
            // notification centre, where it can be clicked.
            cancel();
            resolve({ shown: false, words: 'The notification was closed before it was shown.' });
          });
          native.on('click', () => {
            if (kept.get(id)?.native === native) click(id);
          });
          native.show();
        } catch (error) {
          kept.delete(id);
          resolve({
            shown: false,
            words: `The notification could not be made: ${error instanceof Error ? error.message : String(error)}.`,
          });
        }
      });
    },
  };
}

/** The toast's id in the arguments Windows gives with a click (`…&tag=<id>`); null when there is none. */
export function idOfActivation(text: string): string | null {
  return new URLSearchParams(text).get('tag');
}
