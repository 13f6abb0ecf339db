import type { DatabaseSync } from 'node:sqlite';
import type { RunStatus } from '../../shared/domain.ts';
import type { Migration } from '../db/open.ts';

/** Migrations of the app's own database, in order; never change one that was released. */
export const appMigrations: Migration[] = [
  {
    name: 'runs: answers asked for, and what was told of them',
    sql: `CREATE TABLE runs (
     key TEXT PRIMARY KEY,
     owner TEXT NOT NULL,
     chat_id TEXT NOT NULL,
     message_id TEXT NOT NULL,
     title TEXT NOT NULL,
     model TEXT NOT NULL,
     started_at INTEGER NOT NULL,
     ended_at INTEGER,
     status TEXT NOT NULL,
     told TEXT NOT NULL DEFAULT '',
     delivery_ids TEXT NOT NULL DEFAULT '[]'
   ) STRICT;
   CREATE INDEX runs_by_owner ON runs (owner, status, ended_at);`,
  },
];

export interface StoredRun {
  key: string;
  owner: string;
  chatId: string;
  messageId: string;
  title: string;
  model: string;
  startedAt: number;
  endedAt: number | null;
  status: RunStatus;
  /** What was decided about telling, in words. */
  told: string;
  deliveryIds: string[];
}

export interface RunStore {
  add: (run: StoredRun) => void;
  end: (
    key: string,
    end: { status: RunStatus; endedAt: number; title: string; told: string; deliveryIds: string[] },
  ) => void;
  /** Runs that had not ended when Hark did. */
  unfinished: (owner: string) => StoredRun[];
  lastEnded: (owner: string) => StoredRun | null;
}

const KEPT_ROWS = 10_000;

interface Row {
  key: string;
  owner: string;
  chat_id: string;
  message_id: string;
  title: string;
  model: string;
  started_at: number;
  ended_at: number | null;
  status: string;
  told: string;
  delivery_ids: string;
}
const toRun = (row: Row): StoredRun => ({
  key: row.key,
  owner: row.owner,
  chatId: row.chat_id,
  messageId: row.message_id,
  title: row.title,
  model: row.model,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  status: row.status as RunStatus,
  told: row.told,
  deliveryIds: JSON.parse(row.delivery_ids) as string[],
});

/** Runs on disk, so that an answer asked for before a crash is still told after it. Throws what node:sqlite throws. */
export function createRunStore(db: DatabaseSync): RunStore {
  const add = db.prepare(
    `INSERT OR IGNORE INTO runs (key, owner, chat_id, message_id, title, model, started_at, status)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const end = db.prepare(
    `UPDATE runs SET status = ?, ended_at = ?, title = ?, told = ?, delivery_ids = ? WHERE key = ?`,
  );
  const unfinished = db.prepare(
    `SELECT * FROM runs WHERE owner = ? AND status = 'running' ORDER BY started_at`,
  );
  const last = db.prepare(
    `SELECT * FROM runs WHERE owner = ? AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1`,
  );
  db.prepare(
    `DELETE FROM runs WHERE status <> 'running' AND key NOT IN (SELECT key FROM runs ORDER BY started_at DESC LIMIT ?)`,
  ).run(KEPT_ROWS);

  return {
    add: (r) => void add.run(r.key, r.owner, r.chatId, r.messageId, r.title, r.model, r.startedAt, r.status),
    end: (key, e) => void end.run(e.status, e.endedAt, e.title, e.told, JSON.stringify(e.deliveryIds), key),
    unfinished: (owner) => (unfinished.all(owner) as unknown as Row[]).map(toRun),
    lastEnded: (owner) => {
      const row = last.get(owner) as unknown as Row | undefined;
      return row ? toRun(row) : null;
    },
  };
}
