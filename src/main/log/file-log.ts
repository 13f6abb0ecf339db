import { chmodSync, closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Logger, LogLevel } from '../ports.ts';
import { redactText, redactValue, type RedactOptions } from './redact.ts';

export interface FileLogOptions extends RedactOptions {
  folder: string;
  clock: Clock;
  /** File name without its ending; default "hark". One process per file. */
  name?: string;
  /** Lines below this level are dropped; default "info". */
  level?: LogLevel;
  /** Bytes after which the file is turned over; default 5 MB. */
  maxBytes?: number;
  /** Files kept, the current one included; default 5. */
  keep?: number;
}

export interface FileLog extends Logger {
  /** Writes what is buffered, at once. Also done when the process exits. */
  flush: () => void;
  /** Flushes and lets go of the file and of the exit handler. */
  close: () => void;
  /** Lines lost because the disk would not take them. */
  readonly lost: number;
}

export const LEVELS: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };
/** Beyond this a disk that does not take lines would fill memory instead. */
const MAX_BUFFERED = 2_000;

/** Builds a Logger over one function that takes finished entries. */
export function loggerOver(
  write: (level: LogLevel, scope: string, message: string, fields?: Record<string, unknown>) => void,
  scope = '',
): Logger {
  const at = (level: LogLevel) => (message: string, fields?: Record<string, unknown>) =>
    write(level, scope, message, fields);
  return {
    with: (inner) => loggerOver(write, scope === '' ? inner : `${scope}.${inner}`),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
}

/**
 * A Logger that writes one JSON object per line to `<folder>/<name>.log` (mode 0600), turned over by size.
 * Lines are redacted, buffered for one turn of the event loop, and flushed on exit.
 * It never throws: what the disk refuses is counted in `lost`, and the next line that fits says so.
 */
export function createFileLog(options: FileLogOptions): FileLog {
  const { folder, clock, name = 'hark', level = 'info', maxBytes = 5 * 1024 * 1024, keep = 5 } = options;
  const path = (index: number) => join(folder, index === 0 ? `${name}.log` : `${name}.${index}.log`);
  let fd: number | null = null;
  let size = 0;
  let buffer: string[] = [];
  let scheduled = false;
  let closed = false;
  let lost = 0;
  let lostSaid = 0;

  const open = (): number => {
    if (fd !== null) return fd;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const opened = openSync(path(0), 'a', 0o600);
    fd = opened;
    size = fstatSync(opened).size;
    // A file left by an older version may be readable by others.
    if (process.platform !== 'win32') chmodSync(path(0), 0o600);
    return opened;
  };
  const shut = (): void => {
    if (fd === null) return;
    const old = fd;
    fd = null;
    closeSync(old);
  };
  const turnOver = (): void => {
    shut();
    rmSync(path(keep - 1), { force: true });
    for (let index = keep - 2; index >= 0; index -= 1) {
      try {
        renameSync(path(index), path(index + 1));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  };

  const flush = (): void => {
    scheduled = false;
    if (buffer.length === 0) return;
    const lines = buffer;
    buffer = [];
    let written = 0;
    try {
      if (lost > lostSaid) lines.unshift(line('warn', 'log', `${lost - lostSaid} log lines were lost`));
      open();
      for (const text of lines) {
        const bytes = Buffer.byteLength(text);
        if (size > 0 && size + bytes > maxBytes) turnOver();
        const done = writeSync(open(), text);
        size += done;
        // A short write is how a full disk shows itself before ENOSPC.
        if (done < bytes) throw new Error('short write');
        written += 1;
      }
      lostSaid = lost;
    } catch {
      // There is nowhere left to say it: count, and try the file afresh next time.
      lost += lines.length - written;
      try {
        shut();
      } catch {
        fd = null;
      }
    }
  };

  const line = (at: LogLevel, scope: string, message: string, fields?: Record<string, unknown>): string => {
    const head = {
      at: new Date(clock.now()).toISOString(),
      level: at,
      scope,
      message: redactText(message, options),
    };
    try {
      const more = fields === undefined ? {} : { fields: redactValue(fields, options) };
      return JSON.stringify({ ...head, ...more }) + '\n';
    } catch {
      return JSON.stringify({ ...head, fields: '[unwritable]' }) + '\n'; // toJSON of a foreign object may throw
    }
  };

  const logger = loggerOver((at, scope, message, fields) => {
    if (closed || LEVELS[at] < LEVELS[level]) return;
    if (buffer.length >= MAX_BUFFERED) {
      lost += 1;
      return;
    }
    buffer.push(line(at, scope, message, fields));
    if (!scheduled) {
      scheduled = true;
      setImmediate(flush).unref();
    }
  });
  process.on('exit', flush);

  return {
    ...logger,
    flush,
    close: () => {
      flush();
      closed = true;
      process.off('exit', flush);
      try {
        shut();
      } catch {
        fd = null; // the descriptor is gone either way
      }
    },
    get lost() {
      return lost;
    },
  };
}
