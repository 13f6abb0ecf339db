import { chmodSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fail, ok, type Result } from '../../shared/result.ts';
import { sqliteCode, storageWords } from './open.ts';

const SQLITE_BUSY = 5;
const SQLITE_NOTADB = 26;
/** Locks held by this process: a handle that is garbage-collected would let its lock go unseen. */
const heldLocks = new Set<DatabaseSync>();

export interface FileLock {
  release: () => void;
}

/**
 * Takes a file for this process; `null` when another process has it. The lock is the operating system's
 * (SQLite's exclusive file lock), so a killed process leaves nothing behind and no process id is ever guessed at.
 * Errors: STORAGE.
 */
export function lockFile(file: string): Result<FileLock | null> {
  let db: DatabaseSync | null = null;
  for (let round = 0; ; round += 1) {
    try {
      db = new DatabaseSync(file, { timeout: 0 });
      db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
      break;
    } catch (error) {
      db?.close();
      if (sqliteCode(error) === SQLITE_BUSY) return ok(null);
      // Nobody holds a damaged file (that would have been "busy"), and nothing is kept in it.
      if (round === 0 && sqliteCode(error) === SQLITE_NOTADB) rmSync(file, { force: true });
      else return fail('STORAGE', `${file} could not be locked. ${storageWords(error)}`);
    }
  }
  const held = db;
  heldLocks.add(held);
  if (process.platform !== 'win32') chmodSync(file, 0o600);
  return ok({
    release: () => {
      if (heldLocks.delete(held)) held.close();
    },
  });
}
