import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { createStatements, type Raw } from '../db/statements.ts';
import type { EventName, Notice } from '../../shared/webhook-events.ts';
import type { AttemptWhy, DeliveryAttempt, DeliveryState } from '../../shared/webhooks.ts';
import type { EnqueueInput } from './delivery-port.ts';
import { createTargetRecords } from './target-records.ts';

export { deliveryMigrations } from './outbox-schema.ts';

/** A row as the sender needs it. Times in ms since epoch. */
export interface OutboxRow {
  seq: number;
  id: string;
  scope: 'user' | 'admin';
  owner: string;
  targetId: string;
  event: EventName;
  notice: Notice;
  /** When it fell due; keeps its place in the order when a send is interrupted. */
  dueSince: number;
  expiresAt: number;
  tries: number;
  plain: boolean;
  maybe: boolean;
  foldId: string | null;
  why: AttemptWhy;
}

/** What a try made of a row. */
export interface RowChange {
  state: DeliveryState;
  reason: string;
  nextAt: number | null;
  delayMs: number;
  tries: number;
  plain: boolean;
  /** The last try may have arrived. */
  maybe: boolean;
  /** The last try failed in the network, not by the receiver's word. */
  network: boolean;
  why: AttemptWhy;
}

export interface FoldRule {
  /** More rows than this are folded. */
  above: number;
  /** … once the oldest of them has been due this long, ms. */
  waitedMs: number;
  /** At most so many into one notice. */
  most: number;
}

const ROW = `seq, id, scope, owner, target_id, event, notice, next_at, expires_at, tries, plain, maybe, fold_id, why`;
const DUE = `target_id = ? AND state = 'queued' AND next_at IS NOT NULL AND next_at <= ?`;
const END_STATES = `('delivered','failed','expired','cancelled','suppressed','unknown')`;

/** The outbox's tables behind plain functions. Every function may throw a database error; none opens a transaction. */
export type Outbox = ReturnType<typeof createOutbox>;

/** The outbox over a database that `deliveryMigrations` have shaped. */
export function createOutbox(db: DatabaseSync, newId: () => string) {
  const { run, get, all, prepare } = createStatements(db);

  return {
    /** Writes one row; null when its key was told before. `sending` claims it in the same breath. */
    insert: (input: EnqueueInput, now: number, sending: boolean): OutboxRow | null => {
      const id = newId();
      const { notice } = input;
      const chat = notice.event === 'new_user' ? null : notice.chat;
      const subject = notice.event === 'new_user' ? notice.user.name || notice.user.email : notice.chat.title;
      const dueAt = Math.max(now, Math.round(input.notBefore ?? now));
      const expiresAt = Math.round(input.expiresAt);
      const suppressed = input.suppressed !== undefined;
      const state: DeliveryState = suppressed ? 'suppressed' : sending ? 'sending' : 'queued';
      const reason =
        input.suppressed ??
        (sending ? 'Being sent' : dueAt > now ? 'Held back in case you come back' : 'Waiting to be sent');
      const done = prepare(
        `INSERT INTO outbox (id, key, scope, owner, target_id, event, chat_id, subject, notice, state, reason,
           created_at, updated_at, expires_at, ttl_ms, due_at, next_at, delay_ms)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13, ?14, ?15, ?16, ?17
         WHERE NOT EXISTS (SELECT 1 FROM told_keys WHERE hash = ?18)
         ON CONFLICT (key) DO NOTHING`,
      ).run(
        id,
        input.key,
        input.scope,
        input.owner,
        input.targetId,
        notice.event,
        chat?.id ?? null,
        subject,
        JSON.stringify(notice),
        state,
        reason,
        now,
        expiresAt,
        Math.max(0, expiresAt - now),
        dueAt,
        suppressed ? null : dueAt,
        dueAt - now,
        keyHash(input.key),
      );
      if (Number(done.changes) === 0) return null;
      return {
        seq: Number(done.lastInsertRowid),
        id,
        scope: input.scope,
        owner: input.owner,
        targetId: input.targetId,
        event: notice.event,
        notice,
        dueSince: dueAt,
        expiresAt,
        tries: 0,
        plain: false,
        maybe: false,
        foldId: null,
        why: 'automatic',
      };
    },

    /** Takes what is due first for a target and marks it as being sent; several rows when they are folded. */
    claim: (targetId: string, now: number, fold: FoldRule | null): OutboxRow[] => {
      const head = get(`SELECT ${ROW} FROM outbox WHERE ${DUE} ORDER BY next_at, seq LIMIT 1`, targetId, now);
      if (!head) return [];
      let rows = [head];
      if (head.fold_id !== null) {
        rows = all(
          `SELECT ${ROW} FROM outbox WHERE fold_id = ? AND state = 'queued' ORDER BY seq`,
          head.fold_id as string,
        );
      } else if (fold && head.event === 'chat_response' && head.why === 'automatic') {
        const due = all(
          `SELECT ${ROW}, due_at FROM outbox WHERE ${DUE} AND event = 'chat_response' AND fold_id IS NULL
             AND why = 'automatic' ORDER BY next_at, seq LIMIT ?`,
          targetId,
          now,
          fold.most,
        );
        const oldest = Math.min(...due.map((raw) => raw.due_at as number));
        if (due.length > fold.above && now - oldest >= fold.waitedMs) {
          const foldId = newId();
          rows = due
            .map((raw): Raw => ({ ...raw, fold_id: foldId }))
            .sort((a, b) => Number(a.seq) - Number(b.seq));
        }
      }
      for (const raw of rows)
        run(
          `UPDATE outbox SET state = 'sending', reason = 'Being sent', updated_at = ?, fold_id = ? WHERE seq = ?`,
          now,
          raw.fold_id as string | null,
          raw.seq as number,
        );
      return rows.map(rowOf);
    },

    /** Writes down what became of a row. */
    change: (seq: number, change: RowChange, now: number): void => {
      run(
        `UPDATE outbox SET state = ?, reason = ?, next_at = ?, delay_ms = ?, tries = ?, plain = ?, maybe = ?,
           network = ?, why = ?, updated_at = ? WHERE seq = ?`,
        change.state,
        change.reason,
        change.nextAt,
        change.delayMs,
        change.tries,
        change.plain ? 1 : 0,
        change.maybe ? 1 : 0,
        change.network ? 1 : 0,
        change.why,
        now,
        seq,
      );
    },
    addAttempt: (seq: number, attempt: DeliveryAttempt): void => {
      run(
        `INSERT INTO attempts (row, at, why, status, latency_ms, words, answer) VALUES (?, ?, ?, ?, ?, ?, ?)`,
        seq,
        attempt.at,
        attempt.why,
        attempt.status,
        attempt.latencyMs,
        attempt.words,
        attempt.answer,
      );
    },

    /** Rows waiting for a target: all are cancelled. Returns whose log changed. */
    cancelTarget: (targetId: string, reason: string, now: number): Owner[] =>
      owners(
        all(
          `UPDATE outbox SET state = 'cancelled', reason = ?, next_at = NULL, updated_at = ?
           WHERE target_id = ? AND state = 'queued' RETURNING scope, owner`,
          reason,
          now,
          targetId,
        ),
      ),
    /** Rows waiting for a target wait for a word of its owner instead of a time. */
    parkTarget: (targetId: string, reason: string, now: number): Owner[] =>
      owners(
        all(
          `UPDATE outbox SET reason = ?, next_at = NULL, updated_at = ?
           WHERE target_id = ? AND state = 'queued' AND next_at IS NOT NULL RETURNING scope, owner`,
          reason,
          now,
          targetId,
        ),
      ),
    cancelHeld: (owner: string, reason: string, now: number): number =>
      run(
        `UPDATE outbox SET state = 'cancelled', reason = ?, next_at = NULL, updated_at = ?
         WHERE owner = ? AND scope = 'user' AND state = 'queued' AND due_at > ? AND tries = 0`,
        reason,
        now,
        owner,
        now,
      ),
    /** Rows past their time end as expired, or as unknown when the last try may have arrived. */
    expire: (now: number): Owner[] =>
      owners(
        all(
          `UPDATE outbox SET
             state = CASE WHEN maybe = 1 THEN 'unknown' ELSE 'expired' END,
             reason = CASE WHEN maybe = 1 THEN 'Its time ran out; the last try may have arrived.'
                           WHEN tries = 0 THEN 'Its time ran out before it could be sent.'
                           ELSE 'Its time ran out. ' || reason END,
             next_at = NULL, updated_at = ?1
           WHERE state = 'queued' AND expires_at <= ?1 RETURNING scope, owner`,
          now,
        ),
      ),
    /** Everything waiting may try now, and that try is free. Rows still held back stay so. */
    release: (now: number, targetId: string | null): void => {
      run(
        `UPDATE outbox SET next_at = ?1, delay_ms = 0, tries = MAX(0, tries - 1)
         WHERE state = 'queued' AND due_at <= ?1 AND (next_at IS NULL OR next_at > ?1)
           AND (?2 IS NULL OR target_id = ?2)`,
        now,
        targetId,
      );
    },
    /** A target took a request: what the network kept from it may go now. */
    releaseAfterNetwork: (targetId: string, now: number): void => {
      run(
        `UPDATE outbox SET next_at = ?1, delay_ms = 0
         WHERE target_id = ?2 AND state = 'queued' AND network = 1 AND next_at > ?1`,
        now,
        targetId,
      );
    },
    /** After the wall clock went back: no wait is longer than it was meant to be. */
    reclamp: (now: number): void => {
      run(
        `UPDATE outbox SET next_at = MIN(next_at, ?1 + delay_ms), due_at = MIN(due_at, ?1 + delay_ms),
           expires_at = MIN(expires_at, ?1 + ttl_ms)
         WHERE state = 'queued' AND (next_at > ?1 + delay_ms OR expires_at > ?1 + ttl_ms)`,
        now,
      );
      run(`UPDATE targets SET blocked_until = ?1 + blocked_ms WHERE blocked_until > ?1 + blocked_ms`, now);
    },
    /** Rows caught in the act by a crash: back into the queue, to be sent again under the same id. */
    recover: (now: number): number =>
      run(
        `UPDATE outbox SET state = 'queued', next_at = MIN(IFNULL(next_at, ?1), ?1), delay_ms = 0, maybe = 1, updated_at = ?1,
           reason = 'Hark stopped while it was being sent; it goes out again under the same id.'
         WHERE state = 'sending'`,
        now,
      ),
    /** By hand: a fresh row of tries, alone, with at least an hour to live. False when it is being sent. */
    revive: (id: string, now: number): boolean =>
      run(
        `UPDATE outbox SET state = 'queued', reason = 'Waiting to be sent again, by hand', next_at = ?1, delay_ms = 0,
           due_at = ?1, tries = 0, plain = 0, maybe = 0, network = 0, fold_id = NULL, why = 'manual',
           expires_at = MAX(expires_at, ?1 + 3600000), ttl_ms = MAX(ttl_ms, 3600000), updated_at = ?1
         WHERE id = ?2 AND state <> 'sending'`,
        now,
        id,
      ) === 1,

    nextFor: (targetId: string): number | null =>
      number(
        get(
          `SELECT MIN(next_at) AS at FROM outbox WHERE target_id = ? AND state = 'queued' AND next_at IS NOT NULL`,
          targetId,
        )?.at,
      ),
    nextOfAll: (): { targetId: string; at: number }[] =>
      all(
        `SELECT target_id, MIN(next_at) AS at FROM outbox WHERE state = 'queued' AND next_at IS NOT NULL
         GROUP BY target_id`,
      ).map((raw) => ({ targetId: raw.target_id as string, at: raw.at as number })),
    nextExpiry: (): number | null =>
      number(get(`SELECT MIN(expires_at) AS at FROM outbox WHERE state = 'queued'`)?.at),

    targets: createTargetRecords(db),

    row: (id: string): OutboxRow | null => {
      const raw = get(`SELECT ${ROW} FROM outbox WHERE id = ?`, id);
      return raw ? rowOf(raw) : null;
    },
    /** Drops ended rows older than `before` and all but the newest `keep`; their keys are remembered. */
    prune: (before: number, keep: number): number => {
      const ended = all(
        `SELECT seq, key FROM outbox WHERE state IN ${END_STATES} AND (updated_at < ? OR seq <= IFNULL(
           (SELECT seq FROM outbox WHERE state IN ${END_STATES} ORDER BY seq DESC LIMIT 1 OFFSET ?), -1))`,
        before,
        keep,
      );
      for (const raw of ended) {
        run(`INSERT OR IGNORE INTO told_keys (hash) VALUES (?)`, keyHash(raw.key as string));
        run(`DELETE FROM outbox WHERE seq = ?`, raw.seq as number);
      }
      return ended.length;
    },
  };
}

/** Whose delivery log a change belongs to. */
export interface Owner {
  scope: 'user' | 'admin';
  owner: string;
}

function owners(rows: Raw[]): Owner[] {
  return rows.map((raw) => ({ scope: raw.scope as Owner['scope'], owner: raw.owner as string }));
}

function rowOf(raw: Raw): OutboxRow {
  return {
    seq: raw.seq as number,
    id: raw.id as string,
    scope: raw.scope as 'user' | 'admin',
    owner: raw.owner as string,
    targetId: raw.target_id as string,
    event: raw.event as EventName,
    notice: JSON.parse(raw.notice as string) as Notice,
    dueSince: (raw.next_at as number | null) ?? 0,
    expiresAt: raw.expires_at as number,
    tries: raw.tries as number,
    plain: raw.plain === 1,
    maybe: raw.maybe === 1,
    foldId: raw.fold_id as string | null,
    why: raw.why as AttemptWhy,
  };
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** Sixteen bytes stand for a key whose row is long gone. */
function keyHash(key: string): Uint8Array {
  return createHash('sha256').update(key).digest().subarray(0, 16);
}
