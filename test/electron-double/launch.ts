import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type * as electronModule from 'electron';
import type { Commands } from './host/control-server.ts';
import type { HandState } from './host/hand.ts';
import type { Desktop } from './support/desktop.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const NODE = path.join(ROOT, 'node_modules/node/bin/node');

type Control = {
  [Name in keyof Commands]: (
    ...args: Parameters<Commands[Name]>
  ) => Promise<Awaited<ReturnType<Commands[Name]>>>;
};

/** One run of an app over the double. */
export interface DoubleRun {
  pid: number;
  /** What a test asks of the double, see host/control-server.ts. Rejects once the app has ended. */
  control: Control;
  /** Runs a function in the main process, with the double as its argument; both ways by JSON. */
  evaluate: <T, A>(
    act: (electron: typeof electronModule, argument: A) => T | Promise<T>,
    argument?: A,
  ) => Promise<T>;
  /** Everything the process printed. */
  output: () => string;
  /** Resolves with the exit code, or the signal's name. */
  ended: Promise<number | string>;
  running: () => boolean;
  /** SIGTERM to the main process, as a logout does. */
  stop: () => Promise<number | string>;
  /** SIGKILL to everything at once, Chromium and utility processes included, as a power cut would. */
  kill: () => Promise<void>;
}

export interface LaunchOptions {
  desktop: Desktop;
  /** Profile, given as --user-data-dir. */
  userData: string;
  /** The main process' module; Hark's own by default. */
  entry?: string;
  /** Arguments as a user would give them. */
  args?: string[];
  environment?: Record<string, string>;
  /** What the system says from the start, see host/hand.ts. */
  state?: Partial<HandState>;
}

/** Starts an app's main process with `electron` standing for the double. Does not wait for anything. */
export function launchDouble(options: LaunchOptions): DoubleRun {
  const { desktop, userData, entry = path.join(ROOT, 'out/main/main.js'), args = [], state = {} } = options;
  const child: ChildProcess = spawn(
    existsSync(NODE) ? NODE : process.execPath,
    [
      '--import',
      path.join(import.meta.dirname, 'register.ts'),
      entry,
      `--user-data-dir=${userData}`,
      ...args,
    ],
    {
      cwd: ROOT,
      // A group of its own, so that a kill takes Chromium and the server along.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
      env: {
        ...process.env,
        // A test runner's own flags would load its hooks into the app.
        NODE_OPTIONS: '',
        ...desktop.environment,
        HARK_DOUBLE_APP: ROOT,
        HARK_DOUBLE_STATE: JSON.stringify(state),
        ...options.environment,
      },
    },
  );
  let printed = '';
  const read = (piece: Buffer): void => void (printed += piece.toString());
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);

  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let serial = 0;
  child.on('message', (message) => {
    const { id, ok, value, words } = message as { id: number; ok: boolean; value: never; words: string };
    const call = waiting.get(id);
    waiting.delete(id);
    if (ok) call?.resolve(value);
    else call?.reject(new Error(words));
  });
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => {
      for (const { reject } of waiting.values()) reject(new Error(`The app ended:\n${printed}`));
      waiting.clear();
      resolve(code ?? signal ?? 'unknown');
    });
    child.once('error', (error) => resolve(error.message));
  });
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const control = new Proxy({} as Control, {
    get:
      (_target, name) =>
      (...given: unknown[]) =>
        new Promise((resolve, reject) => {
          if (!running()) return reject(new Error(`The app has ended:\n${printed}`));
          serial += 1;
          waiting.set(serial, { resolve, reject });
          child.send({ id: serial, name, args: given }, (error) => {
            if (error) reject(error);
          });
        }),
  });
  return {
    pid: child.pid ?? 0,
    control,
    evaluate: async (act, argument) =>
      control.evaluate(act.toString(), argument) as Promise<Awaited<ReturnType<typeof act>>>,
    output: () => printed,
    ended,
    running,
    stop: () => {
      if (running()) child.kill('SIGTERM');
      return ended;
    },
    kill: async () => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // all gone already
      }
      await ended;
    },
  };
}
