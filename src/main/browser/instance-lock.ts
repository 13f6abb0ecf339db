import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../shared/result.ts';
import { lockFile } from '../db/lock.ts';

/** How a second start reaches the host that runs; kept in a file only its owner can read. */
export interface InstanceNote {
  pid: number;
  port: number;
  /** Proves to the host that the caller can read the profile. */
  secret: string;
}

export interface InstanceLock {
  /** Tells later starts where this host is. */
  publish: (note: InstanceNote) => void;
  release: () => void;
}

const lockPath = (folder: string): string => join(folder, 'host.lock');
const noteFile = (folder: string): string => join(folder, 'host.json');

/**
 * Takes the profile for this process; `null` when another host has it. The lock is the operating system's
 * (SQLite's exclusive file lock), so a killed host leaves nothing behind and no process id is ever guessed at.
 * Errors: STORAGE.
 */
export function takeInstanceLock(folder: string): Result<InstanceLock | null> {
  const lock = lockFile(lockPath(folder));
  if (!lock.ok || lock.data === null) return lock as Result<null>;
  const held = lock.data;
  // Left by a host that was killed: it must not point anyone to a port that is another program's by now.
  rmSync(noteFile(folder), { force: true });
  let released = false;
  return ok({
    publish: (note) => {
      const temporary = `${noteFile(folder)}.${note.pid}.tmp`;
      writeFileSync(temporary, JSON.stringify(note), { mode: 0o600 });
      renameSync(temporary, noteFile(folder));
    },
    release: () => {
      if (released) return;
      released = true;
      rmSync(noteFile(folder), { force: true });
      held.release();
    },
  });
}

/** The note of the host that has the profile; null while there is none or it is not one. */
export function readInstanceNote(folder: string): InstanceNote | null {
  try {
    const note = JSON.parse(readFileSync(noteFile(folder), 'utf8')) as Partial<InstanceNote> | null;
    const { pid, port, secret } = note ?? {};
    if (typeof pid !== 'number' || typeof port !== 'number' || typeof secret !== 'string') return null;
    return { pid, port, secret };
  } catch {
    return null; // absent or half-made: the caller asks again
  }
}

/**
 * Asks the host that has the profile for a fresh address to open. Waits for one that is still starting.
 * Errors: UNREACHABLE when it does not answer in `limitMs`; then `details.free` tells that it has ended meanwhile.
 */
export async function askRunningHost(
  folder: string,
  stillHeld: () => boolean,
  limitMs = 10_000,
): Promise<Result<{ url: string; pid: number }>> {
  const until = performance.now() + limitMs;
  let pid: number | null = null;
  while (performance.now() < until) {
    const note = readInstanceNote(folder);
    if (note) {
      pid = note.pid;
      const url = await askForUrl(note);
      if (url) return ok({ url, pid: note.pid });
    }
    if (!stillHeld()) return fail('UNREACHABLE', 'The other Hark has ended.', { details: { free: true } });
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const which = pid === null ? '' : ` (process ${pid})`;
  return fail(
    'UNREACHABLE',
    `Hark already runs with the profile ${folder}${which}, but it does not answer. End that process, then start Hark again, or choose another profile with --profile DIR.`,
  );
}

async function askForUrl(note: InstanceNote): Promise<string | null> {
  try {
    const answer = await fetch(`http://127.0.0.1:${note.port}/instance/open`, {
      method: 'POST',
      headers: { authorization: `Bearer ${note.secret}` },
      redirect: 'error',
      signal: AbortSignal.timeout(2_000),
    });
    if (!answer.ok) return null;
    const body = (await answer.json()) as { url?: unknown };
    return typeof body.url === 'string' ? body.url : null;
  } catch {
    return null; // not listening (yet): the caller asks again until its limit
  }
}
