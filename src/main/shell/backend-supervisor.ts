import type { Result } from '../../shared/result.ts';
import { fail, ok } from '../../shared/result.ts';
import type { BackendProcess, Clock, Logger } from '../ports.ts';

/** A child process of the host, as far as supervising it needs. */
export interface ChildProcessPort {
  onMessage: (listener: (message: unknown) => void) => void;
  /** Called once, after the child has ended. */
  onExit: (listener: (code: number) => void) => void;
  /** Asks it to end in order. */
  askToStop: () => void;
  /** Ends it. */
  kill: () => void;
}

/** Wait before the next start, by the number of ends in a row (ms); the last one repeats. */
const BACK_OFF_MS = [0, 500, 1_000, 2_000, 5_000, 10_000, 30_000];
/** After this time on its feet, earlier crashes are forgotten (ms). */
export const STEADY_MS = 60_000;
const READY_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 1_500;

/** Wait before a start after so many unwanted ends in a row. */
export function restartDelay(endsInARow: number): number {
  return BACK_OFF_MS[Math.min(endsInARow, BACK_OFF_MS.length - 1)] ?? 0;
}

/** The URL of a `{type:'ready', url}` message when it is one on loopback over http; null otherwise. */
export function readyUrl(message: unknown): string | null {
  if (typeof message !== 'object' || message === null) return null;
  const { type, url } = message as Record<string, unknown>;
  if (type !== 'ready' || typeof url !== 'string' || !URL.canParse(url)) return null;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname) ? url : null;
}

type Phase =
  | { at: 'down' }
  | { at: 'starting'; child: ChildProcessPort | null; result: Promise<Result<{ url: string }>> }
  | { at: 'up'; child: ChildProcessPort; url: string; since: number }
  | { at: 'stopping'; done: Promise<void> };

/**
 * The embedded backend as a supervised child. `start` may be called again after an end; it then waits by
 * itself, longer with each end in a row, and forgets them once the child has stood for a minute. A start
 * under way is shared. `onExit` is called for unwanted ends only. Errors: UNREACHABLE.
 */
export function createBackendSupervisor(options: {
  clock: Clock;
  fork: () => ChildProcessPort;
  log: Logger;
  readyLimitMs?: number;
  stopLimitMs?: number;
}): BackendProcess {
  const { clock, log } = options;
  const listeners: ((words: string) => void)[] = [];
  let phase: Phase = { at: 'down' };
  let ends = 0;
  /** Ends a start that is still waiting or not ready; set while one is under way. */
  let giveUp: (() => void) | null = null;

  const stopped = () => fail('UNREACHABLE', 'The built-in server was stopped before it was ready.');

  function launch(): Promise<Result<{ url: string }>> {
    return new Promise((resolve) => {
      let settled = false;
      let child: ChildProcessPort | null = null;
      const timers: (() => void)[] = [];
      const settle = (result: Result<{ url: string }>): void => {
        if (settled) return;
        settled = true;
        giveUp = null;
        for (const cancel of timers) cancel();
        if (!result.ok && phase.at === 'starting') phase = { at: 'down' };
        resolve(result);
      };
      giveUp = () => settle(stopped());

      const run = (): void => {
        if (settled) return;
        let started: ChildProcessPort;
        try {
          started = options.fork();
        } catch (error) {
          ends += 1;
          log.error('the built-in server could not be started', { error: String(error) });
          settle(fail('UNREACHABLE', 'The built-in server could not be started. The log says why.'));
          return;
        }
        child = started;
        if (phase.at === 'starting') phase = { ...phase, child };
        timers.push(
          clock.after(options.readyLimitMs ?? READY_LIMIT_MS, () => {
            ends += 1;
            settle(fail('UNREACHABLE', 'The built-in server took too long to start. The log says why.'));
            started.kill();
          }),
        );
        started.onMessage((message) => {
          const url = readyUrl(message);
          if (url === null || settled) return;
          phase = { at: 'up', child: started, url, since: clock.monotonic() };
          const { putAside } = message as Record<string, unknown>;
          if (typeof putAside === 'string')
            log.warn('the built-in server put a broken database aside', { putAside });
          log.info('the built-in server is ready');
          settle(ok({ url }));
        });
        started.onExit((code) => {
          if (!settled) {
            ends += 1;
            log.error('the built-in server ended while starting', { code });
            settle(
              fail(
                'UNREACHABLE',
                `The built-in server ended while starting (code ${code}). The log says why.`,
              ),
            );
            return;
          }
          if (phase.at !== 'up' || phase.child !== started) return;
          ends = clock.monotonic() - phase.since >= STEADY_MS ? 1 : ends + 1;
          phase = { at: 'down' };
          log.error('the built-in server ended', { code, endsInARow: ends });
          const words = `The built-in server ended by itself (code ${code}).`;
          for (const listener of listeners) listener(words);
        });
      };
      timers.push(clock.after(restartDelay(ends), run));
    });
  }

  function end(child: ChildProcessPort): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(options.stopLimitMs ?? STOP_LIMIT_MS, () => {
        log.warn('the built-in server did not stop in time and was ended');
        child.kill();
        resolve();
      });
      child.onExit(() => {
        cancel();
        resolve();
      });
      child.askToStop();
    });
  }

  return {
    start: async () => {
      if (phase.at === 'up') return ok({ url: phase.url });
      if (phase.at === 'starting') return phase.result;
      if (phase.at === 'stopping') await phase.done;
      // Assigned first: launch() may settle before it returns when the fork fails at once.
      const starting: Phase = { at: 'starting', child: null, result: Promise.resolve(stopped()) };
      phase = starting;
      starting.result = launch();
      return starting.result;
    },
    onExit: (listener) => void listeners.push(listener),
    stop: async () => {
      if (phase.at === 'down') return;
      if (phase.at === 'stopping') return phase.done;
      const child = phase.child;
      ends = 0;
      if (!child) {
        phase = { at: 'down' };
        giveUp?.();
        return;
      }
      const done = end(child).then(() => {
        phase = { at: 'down' };
      });
      phase = { at: 'stopping', done };
      giveUp?.();
      return done;
    },
  };
}
