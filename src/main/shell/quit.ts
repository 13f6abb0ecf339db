import type { Clock } from '../ports.ts';

/** The app flushes for at most 2 s by itself; this is the wall behind it. */
const QUIT_LIMIT_MS = 2_500;

/**
 * Quitting in order: the first try is held while the app flushes, at most `limitMs`; then `quit` is called
 * again and let through. A rejected stop is told to `failed` and does not keep the app alive.
 */
export function createQuit(options: {
  clock: Clock;
  stop: () => Promise<void>;
  quit: () => void;
  failed: (error: unknown) => void;
  limitMs?: number;
}): { beforeQuit: (event: { preventDefault: () => void }) => void; quitting: () => boolean } {
  let phase: 'running' | 'stopping' | 'stopped' = 'running';
  return {
    quitting: () => phase !== 'running',
    beforeQuit: (event) => {
      if (phase === 'stopped') return;
      event.preventDefault();
      if (phase === 'stopping') return;
      phase = 'stopping';
      const finish = (): void => {
        if (phase === 'stopped') return;
        phase = 'stopped';
        cancel();
        options.quit();
      };
      const cancel = options.clock.after(options.limitMs ?? QUIT_LIMIT_MS, finish);
      options.stop().then(finish, (error: unknown) => {
        options.failed(error);
        finish();
      });
    },
  };
}
