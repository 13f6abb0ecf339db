import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const ROOT = resolve(import.meta.dirname, '../../..');
const START_LIMIT_MS = 30_000;

export interface LogEntry {
  /** ISO 8601 */
  at: string;
  level: string;
  scope: string;
  message: string;
  fields?: Record<string, string | number>;
}

const entriesOf = (file: string): LogEntry[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogEntry);

/** The browser host as a real process with a profile of its own. */
export interface HostProcess {
  profile: string;
  /** A fresh one-time address. */
  openUrl: () => Promise<string>;
  start: (environment?: Record<string, string>) => Promise<void>;
  /** SIGKILL, backend included, as a power cut would. */
  kill: () => Promise<void>;
  stop: () => Promise<void>;
  /** Everything the process printed. */
  output: () => string;
  logEntries: () => LogEntry[];
  /** Where the embedded backend listens now. */
  backendUrl: () => string;
  outboxIds: () => string[];
  /** Writes nonsense over a file, while the host is down. */
  breakFile: (which: 'settings' | 'outbox') => void;
  keptAside: () => string[];
}

export function createHostProcess(profile: string, display: Record<string, string>): HostProcess {
  let child: ChildProcess | null = null;
  let printed = '';
  let url = '';
  let environment: Record<string, string> = {};

  const run = (args: string[]): ChildProcess =>
    spawn(
      process.execPath,
      [join(ROOT, 'out/browser/main.js'), '--profile', profile, '--no-open', '--print-url', ...args],
      {
        // A group of its own, so that a kill takes the backend along.
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...display, HARK_NO_DISCOVERY: '1', WEBHOOK_URL: '', ...environment },
      },
    );
  const addressOf = async (process: ChildProcess): Promise<string> =>
    new Promise((done, failed) => {
      let text = '';
      const timer = setTimeout(() => failed(new Error(`Hark did not start:\n${text}`)), START_LIMIT_MS);
      const read = (part: Buffer): void => {
        text += part.toString();
        printed += part.toString();
        const found = /^(http:\/\/127\.0\.0\.1:\d+\/\S+)$/m.exec(text)?.[1];
        if (found) {
          clearTimeout(timer);
          done(found);
        }
      };
      process.stdout?.on('data', read);
      process.stderr?.on('data', read);
      process.once('exit', (code) => failed(new Error(`Hark ended with ${code}:\n${text}`)));
    });
  const ended = (process: ChildProcess): Promise<void> =>
    new Promise((done) =>
      process.exitCode !== null || process.signalCode !== null ? done() : process.once('exit', () => done()),
    );
  const file = { settings: 'settings.json', outbox: join('data', 'outbox.db') };

  return {
    profile,
    openUrl: async () => {
      if (url !== '') {
        const fresh = url;
        url = '';
        return fresh;
      }
      // A second start finds the first and prints a fresh address.
      const second = run([]);
      const address = await addressOf(second);
      await ended(second);
      return address;
    },
    start: async (more = {}) => {
      environment = more;
      child = run([]);
      url = await addressOf(child);
    },
    kill: async () => {
      const dying = child;
      child = null;
      if (!dying?.pid) return;
      process.kill(-dying.pid, 'SIGKILL');
      await ended(dying);
    },
    stop: async () => {
      const stopping = child;
      child = null;
      if (!stopping || stopping.exitCode !== null) return;
      stopping.kill('SIGTERM');
      await ended(stopping);
    },
    output: () => printed,
    logEntries: () => entriesOf(join(profile, 'logs', 'hark.log')),
    backendUrl: () => {
      const listening = entriesOf(join(profile, 'server', 'logs', 'server.log')).findLast(
        (e) => e.message === 'listening',
      );
      return `http://127.0.0.1:${listening?.fields?.['port']}`;
    },
    outboxIds: () => {
      const db = new DatabaseSync(join(profile, 'data', 'outbox.db'), { readOnly: true });
      const rows = db.prepare('SELECT id FROM outbox ORDER BY created_at').all() as { id: string }[];
      db.close();
      return rows.map((row) => row.id);
    },
    breakFile: (which) => {
      writeFileSync(join(profile, file[which]), 'no longer what it was '.repeat(300));
      // The write-ahead log alone could bring a database back.
      for (const suffix of ['-wal', '-shm']) rmSync(join(profile, file[which] + suffix), { force: true });
    },
    keptAside: () =>
      [profile, join(profile, 'data')].flatMap((folder) =>
        readdirSync(folder).filter((name) => name.includes('.broken-')),
      ),
  };
}
