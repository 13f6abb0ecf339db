import type { Migration } from '../db/open.ts';

/**
 * The delivery database, one file of its own. Append steps, never edit a released one.
 * All times are ms since epoch, durations ms. Neither URLs nor secrets are ever stored here.
 */
export const deliveryMigrations: readonly Migration[] = [
  {
    name: 'outbox, attempts, targets, told keys',
    sql: `
      CREATE TABLE outbox (
        seq        INTEGER PRIMARY KEY,
        id         TEXT NOT NULL UNIQUE,          -- webhook-id
        key        TEXT NOT NULL UNIQUE,          -- one notice for one target, ever
        scope      TEXT NOT NULL,
        owner      TEXT NOT NULL,
        target_id  TEXT NOT NULL,
        event      TEXT NOT NULL,
        chat_id    TEXT,
        subject    TEXT NOT NULL,
        notice     TEXT NOT NULL,                 -- JSON, frozen when it happened
        state      TEXT NOT NULL,
        reason     TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        ttl_ms     INTEGER NOT NULL,
        due_at     INTEGER NOT NULL,              -- first moment it may go
        next_at    INTEGER,                       -- NULL: waits for a word, not for a time
        delay_ms   INTEGER NOT NULL,              -- what led to next_at
        tries      INTEGER NOT NULL DEFAULT 0,    -- those that count
        plain      INTEGER NOT NULL DEFAULT 0,    -- the full form was refused
        maybe      INTEGER NOT NULL DEFAULT 0,    -- the last try may have arrived
        network    INTEGER NOT NULL DEFAULT 0,    -- the last try failed in the network
        fold_id    TEXT,                          -- webhook-id of the notice it was folded into
        why        TEXT NOT NULL DEFAULT 'automatic'
      ) STRICT;
      CREATE INDEX outbox_due ON outbox (target_id, next_at, seq) WHERE state = 'queued' AND next_at IS NOT NULL;
      CREATE INDEX outbox_expiry ON outbox (expires_at) WHERE state = 'queued';
      CREATE INDEX outbox_sending ON outbox (seq) WHERE state = 'sending';
      CREATE INDEX outbox_fold ON outbox (fold_id) WHERE fold_id IS NOT NULL;
      CREATE INDEX outbox_log ON outbox (scope, owner, created_at);
      CREATE TABLE attempts (
        row        INTEGER NOT NULL REFERENCES outbox (seq) ON DELETE CASCADE,
        at         INTEGER NOT NULL,
        why        TEXT NOT NULL,
        status     INTEGER,
        latency_ms REAL NOT NULL,
        words      TEXT NOT NULL,
        answer     TEXT NOT NULL
      ) STRICT;
      CREATE INDEX attempts_row ON attempts (row);
      CREATE TABLE targets (                      -- what the log shows of a target, and its Retry-After
        id            TEXT PRIMARY KEY,
        name          TEXT,
        kind          TEXT,
        url_masked    TEXT,
        blocked_until INTEGER,
        blocked_ms    INTEGER,
        blocked_url   TEXT,                       -- hash: another URL is another receiver
        bound_class   TEXT,                       -- where the URL led when it first answered
        bound_url     TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE told_keys (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;  -- of pruned rows
    `,
  },
];
