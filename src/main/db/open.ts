import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock, Logger } from '../ports.ts';
import { fail, ok, type Result } from '../../shared/result.ts';

/** One step of a schema. Its place in the list is its version, so steps are only ever appended. */
export interface Migration {
  /** For the log: what the step does. */
  name: string;
  /** Statements run in one transaction together with the new version number. */
  sql: string;
}

export interface OpenedDatabase {
  db: DatabaseSync;
  /** Where an unreadable file was put, if there was one; the database then starts empty. */
  putAside: string | null;
}

const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/** SQLite's primary result code of a thrown error, or 0. Extended codes keep the primary in the low byte. */
export function sqliteCode(error: unknown): number {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : 0;
}

/** Plain words for a database error, without SQL or paths. */
export function storageWords(error: unknown): string {
  switch (sqliteCode(error)) {
    case SQLITE_FULL:
      return 'The disk is full. Free some space and try again.';
    case SQLITE_BUSY:
      return 'Another program holds the database. Close other copies of Hark and try again.';
    case 8:
      return 'The database may only be read, not written. Check the permissions of the data folder.';
    case 10:
      return 'The disk reported an error while the database was being written or read.';
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return 'The database file is damaged. Restart Hark: it puts the damaged file aside and begins a new one.';
    case SQLITE_CANTOPEN:
      return 'The database file could not be opened. Check that the data folder exists and may be written.';
    default:
      return 'The database could not do what was asked.';
  }
}

class Damaged extends Error {}

/**
 * Opens (or makes) a SQLite file for one owner: WAL, synchronous=FULL, foreign keys, 5 s busy timeout, mode 0600.
 * A damaged file, or one that is no database, is renamed to `<file>.broken-<time>` with its -wal and -shm,
 * and a fresh one is made. Migrations run by `user_version`, each in its own transaction.
 * Errors: UNSUPPORTED for a file written by a newer version, STORAGE for everything the disk refuses.
 */
export function openDatabase(
  file: string,
  migrations: readonly Migration[],
  deps: { clock: Clock; log: Logger },
): Result<OpenedDatabase> {
  const log = deps.log.with('db');
  let putAside: string | null = null;
  // Twice at most: a fresh file that is damaged again means the disk, not the file.
  for (let round = 0; ; round += 1) {
    let db: DatabaseSync | null = null;
    try {
      db = connect(file);
      const version = migrate(db, migrations, log);
      if (!version.ok) {
        db.close();
        return version;
      }
      return ok({ db, putAside });
    } catch (error) {
      closeQuietly(db);
      const damaged = error instanceof Damaged || [SQLITE_CORRUPT, SQLITE_NOTADB].includes(sqliteCode(error));
      if (!damaged || round > 0 || file === ':memory:') {
        log.error('database could not be opened', { error });
        return fail('STORAGE', storageWords(error));
      }
      const target = `${file}.broken-${new Date(deps.clock.now()).toISOString().replaceAll(':', '-')}`;
      try {
        for (const suffix of ['', '-wal', '-shm'])
          if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix);
      } catch (moveError) {
        log.error('damaged database could not be put aside', { error: moveError });
        return fail(
          'STORAGE',
          'The database file is damaged and could not be put aside. Check the permissions of the data folder.',
        );
      }
      putAside = target;
      log.error('damaged database put aside', { putAside, error });
    }
  }
}

function connect(file: string): DatabaseSync {
  if (file !== ':memory:') {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // Made here first so that the file, and the -wal and -shm that copy its mode, are the owner's alone.
    closeSync(openSync(file, 'a', 0o600));
    // SQLite would open what is no database and throw its -wal away, which may still hold notices.
    if (!beginsAsDatabase(file)) throw new Damaged('the file does not begin as a database does');
  }
  const db = new DatabaseSync(file, { timeout: 5_000, enableForeignKeyConstraints: true });
  try {
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    // On macOS a plain fsync may stay in the drive's cache; this asks for the real thing.
    db.exec('PRAGMA fullfsync = ON');
    const rows = db.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[];
    if (rows[0]?.quick_check !== 'ok') throw new Damaged(rows[0]?.quick_check ?? 'no answer to quick_check');
    return db;
  } catch (error) {
    closeQuietly(db);
    throw error;
  }
}

function beginsAsDatabase(file: string): boolean {
  const wanted = Buffer.from('SQLite format 3\0');
  const head = Buffer.alloc(wanted.length);
  const fd = openSync(file, 'r');
  try {
    return readSync(fd, head, 0, head.length, 0) === 0 || head.equals(wanted);
  } finally {
    closeSync(fd);
  }
}

function migrate(db: DatabaseSync, migrations: readonly Migration[], log: Logger): Result<null> {
  const read = () => (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  const found = read();
  if (found > migrations.length)
    return fail(
      'UNSUPPORTED',
      `This database was written by a newer version of Hark (format ${found}; this version knows up to ${migrations.length}). Update Hark, or move the file away to start afresh.`,
      { details: { found, known: migrations.length } },
    );
  for (let version = found; version < migrations.length; version += 1) {
    const step = migrations[version];
    if (!step) break;
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(step.sql);
      db.exec(`PRAGMA user_version = ${version + 1}`);
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
    log.info('database migrated', { to: version + 1, name: step.name });
  }
  return ok(null);
}

/** Runs `work` in one transaction; rolls back and rethrows when it throws. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk rolls back by itself; a second ROLLBACK would hide the first error.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function closeQuietly(db: DatabaseSync | null): void {
  try {
    if (db?.isOpen) db.close();
  } catch {
    return; // already failing: the first error is the one to report
  }
}
