import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { createStatements, type Raw } from '../db/statements.ts';
import type { EventName } from '../../shared/webhook-events.ts';
import type {
  AttemptWhy,
  Delivery,
  DeliveryAttempt,
  DeliveryState,
  ReceiverKind,
} from '../../shared/webhooks.ts';
import type { DeliveryQuery } from './delivery-port.ts';

/** As many as are ever kept. */
const MOST_LISTED = 10_000;
const VIEW = `SELECT o.*, t.name, t.kind, t.url_masked FROM outbox o LEFT JOIN targets t ON t.id = o.target_id`;

/** The outbox as windows see it. Every function may throw a database error. */
export interface DeliveryLog {
  /** Newest first. Rows of the same moment are never torn apart, so that `before` misses none. */
  list: (query: DeliveryQuery) => { items: Delivery[]; more: boolean };
  get: (id: string) => Delivery | null;
}

/** Reads the delivery log from a database that `deliveryMigrations` have shaped. */
export function createDeliveryLog(db: DatabaseSync): DeliveryLog {
  const { get, all } = createStatements(db);

  const attemptsOf = (seq: number): DeliveryAttempt[] =>
    all(
      `SELECT at, why, status, latency_ms, words, answer FROM attempts WHERE row = ? ORDER BY rowid`,
      seq,
    ).map((raw) => ({
      at: raw.at as number,
      why: raw.why as AttemptWhy,
      status: raw.status as number | null,
      latencyMs: raw.latency_ms as number,
      words: raw.words as string,
      answer: raw.answer as string,
    }));
  const delivery = (raw: Raw): Delivery => ({
    id: raw.id as string,
    event: raw.event as EventName,
    subject: raw.subject as string,
    chatId: raw.chat_id as string | null,
    targetId: raw.target_id as string,
    targetName: (raw.name as string | null) ?? '',
    targetKind: (raw.kind as ReceiverKind | null) ?? 'generic',
    urlMasked: (raw.url_masked as string | null) ?? '',
    state: raw.state as DeliveryState,
    reason: raw.reason as string,
    createdAt: raw.created_at as number,
    updatedAt: raw.updated_at as number,
    nextAt: raw.state === 'queued' ? (raw.next_at as number | null) : null,
    expiresAt: raw.expires_at as number,
    attempts: attemptsOf(raw.seq as number),
  });

  return {
    list: (query) => {
      const where = ['o.scope = ?', 'o.owner = ?'];
      const values: SQLInputValue[] = [query.scope, query.owner];
      const also = (condition: string, ...more: SQLInputValue[]) => {
        where.push(condition);
        values.push(...more);
      };
      if (query.states) also(`o.state IN (${query.states.map(() => '?').join(', ')})`, ...query.states);
      if (query.targetId !== undefined) also('o.target_id = ?', query.targetId);
      if (query.event !== undefined) also('o.event = ?', query.event);
      if (query.before !== undefined) also('o.created_at < ?', query.before);
      const select = `${VIEW} WHERE ${where.join(' AND ')}`;
      const limit = Math.max(1, Math.min(query.limit, MOST_LISTED));
      const page = all(`${select} ORDER BY o.created_at DESC, o.seq DESC LIMIT ?`, ...values, limit + 1);
      const beyond = page[limit];
      let items = page.slice(0, limit);
      let more = beyond !== undefined;
      if (beyond && beyond.created_at === items.at(-1)?.created_at) {
        const moment = beyond.created_at as number;
        items = [
          ...items.filter((raw) => raw.created_at !== moment),
          ...all(`${select} AND o.created_at = ? ORDER BY o.seq DESC`, ...values, moment),
        ];
        more = get(`${select} AND o.created_at < ? LIMIT 1`, ...values, moment) !== undefined;
      }
      return { items: items.map(delivery), more };
    },
    get: (id) => {
      const raw = get(`${VIEW} WHERE o.id = ?`, id);
      return raw ? delivery(raw) : null;
    },
  };
}
