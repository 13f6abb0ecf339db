import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inTransaction, openDatabase, type Migration } from '../../../src/main/db/open.ts';
import { memoryLog } from '../../../src/main/log/memory-log.ts';
import { FakeClock } from '../../support/fake-clock.ts';

let folder: string;
let file: string;
const deps = { clock: new FakeClock(Date.UTC(2026, 2, 3, 4, 5, 6)), log: memoryLog() };
const notes: Migration[] = [{ name: 'notes', sql: 'CREATE TABLE notes (text TEXT NOT NULL) STRICT' }];
const open = (migrations: readonly Migration[] = notes) => {
  const opened = openDatabase(file, migrations, deps);
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.data;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hark-db-'));
  file = join(folder, 'deep', 'data.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a new file: folder made, durable settings on, and nobody else may read it', () => {
  const { db, putAside } = open();
  expect(putAside).toBeNull();
  const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  expect(pragma('journal_mode')).toBe('wal');
  expect(pragma('synchronous')).toBe(2); // FULL: a commit survives a power cut
  expect(pragma('foreign_keys')).toBe(1);
  expect(pragma('busy_timeout')).toBe(5_000);
  expect(pragma('user_version')).toBe(1);
  db.exec(`INSERT INTO notes VALUES ('x')`);
  if (process.platform !== 'win32')
    for (const name of readdirSync(join(folder, 'deep')))
      expect(`${name} ${(statSync(join(folder, 'deep', name)).mode & 0o777).toString(8)}`).toBe(
        `${name} 600`,
      );
  db.close();
});

describe('a file that cannot be used', () => {
  const filled = () => {
    const { db } = open();
    db.exec(
      `INSERT INTO notes WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<2000) SELECT hex(randomblob(50)) FROM n`,
    );
    db.exec('CREATE INDEX by_text ON notes (text)');
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
  };
  const damage: [string, () => void][] = [
    [
      'no database at all',
      () => writeFileSync(file, 'this is a text file, long enough to be read as a header'.repeat(40)),
    ],
    [
      'its head overwritten',
      () => {
        const bytes = readFileSync(file);
        bytes.fill(7, 0, 100);
        writeFileSync(file, bytes);
      },
    ],
    [
      'pages in the middle overwritten, the head sound',
      () => {
        const bytes = readFileSync(file);
        bytes.fill(0xff, 8 * 4096, 20 * 4096);
        writeFileSync(file, bytes);
      },
    ],
    ['cut short', () => writeFileSync(file, readFileSync(file).subarray(0, 3 * 4096 + 100))],
  ];
  test.each(damage)('%s: put aside whole, and a new one begun', (_name, harm) => {
    filled();
    harm();
    const before = readFileSync(file);
    const { db, putAside } = open();
    expect(putAside).toBe(`${file}.broken-2026-03-03T04-05-06.000Z`);
    expect(readFileSync(putAside ?? '').equals(before)).toBe(true);
    expect(db.prepare('SELECT count(*) AS n FROM notes').get()).toEqual({ n: 0 });
    db.close();
    expect(open().putAside).toBeNull();
  });

  test('the -wal of a damaged file is not mixed into the new one', () => {
    filled();
    writeFileSync(`${file}-wal`, 'left over');
    writeFileSync(file, 'broken'.repeat(1000));
    const { db, putAside } = open();
    expect(readFileSync(`${putAside ?? ''}-wal`, 'utf8')).toBe('left over');
    db.close();
  });

  test('a newer version’s file is refused in words and left as it is', () => {
    open([...notes, { name: 'more', sql: 'CREATE TABLE more (x)' }]).db.close();
    const refused = openDatabase(file, notes, deps);
    expect(refused).toMatchObject({ ok: false, error: { code: 'UNSUPPORTED' } });
    if (!refused.ok) expect(refused.error.message).toMatch(/newer version of Hark.*Update Hark/);
    expect(readdirSync(join(folder, 'deep')).filter((name) => name.includes('broken'))).toEqual([]);
    expect(open([...notes, { name: 'more', sql: '' }]).putAside).toBeNull();
  });

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'a folder that may not be written: STORAGE, in words, without the path',
    () => {
      chmodSync(folder, 0o500);
      const refused = openDatabase(file, notes, deps);
      chmodSync(folder, 0o700);
      expect(refused).toMatchObject({ ok: false, error: { code: 'STORAGE' } });
      if (!refused.ok) expect(refused.error.message).not.toContain(folder);
    },
  );

  test('a folder in the place of the file: STORAGE', () => {
    rmSync(folder, { recursive: true });
    file = tmpdir();
    expect(openDatabase(file, notes, deps)).toMatchObject({ ok: false, error: { code: 'STORAGE' } });
  });
});

describe('migrations', () => {
  test('run once each, in order, from where the file stands', () => {
    open().db.exec(`INSERT INTO notes VALUES ('kept')`);
    const { db } = open([
      ...notes,
      { name: 'column', sql: `ALTER TABLE notes ADD COLUMN seen INTEGER DEFAULT 0` },
    ]);
    expect(db.prepare('SELECT * FROM notes').get()).toEqual({ text: 'kept', seen: 0 });
    db.close();
  });

  test('one that fails leaves nothing of itself behind, and the file is not called damaged', () => {
    open().db.close();
    const broken = [...notes, { name: 'broken', sql: 'CREATE TABLE half (x); CREATE TABLE notes (y)' }];
    expect(openDatabase(file, broken, deps)).toMatchObject({ ok: false, error: { code: 'STORAGE' } });
    const db = new DatabaseSync(file);
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    expect(db.prepare(`SELECT name FROM sqlite_schema WHERE name = 'half'`).get()).toBeUndefined();
    db.close();
    expect(open().putAside).toBeNull();
  });
});

test('inTransaction writes all or nothing and hands on the first error', () => {
  const { db } = open();
  expect(() =>
    inTransaction(db, () => {
      db.exec(`INSERT INTO notes VALUES ('a')`);
      throw new Error('the first error');
    }),
  ).toThrow('the first error');
  expect(db.isTransaction).toBe(false);
  expect(inTransaction(db, () => db.prepare(`INSERT INTO notes VALUES ('b')`).run().changes)).toBe(1);
  expect(db.prepare('SELECT text FROM notes').all()).toEqual([{ text: 'b' }]);
  db.close();
});
