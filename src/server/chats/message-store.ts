import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../../main/db/open.ts';
import { parseObject } from '../store/config.ts';
import { isUnfinished, textOf, withoutDetails, type StoredMessage, type WireMessage } from './message.ts';
import type { ChatSearch } from './search.ts';

interface MessageRow {
  id: string;
  done: number;
  content: string | null;
  body: string;
}

export const STOPPED_BY_CRASH = 'The backend stopped while answering.';

/**
 * Messages, one row each. Text content has a column of its own, so that a growing answer rewrites
 * little; everything else a client sent is kept as JSON. Finished messages are indexed for search.
 */
export function createMessageStore(db: DatabaseSync, search: ChatSearch) {
  const select = db.prepare('SELECT id, done, content, body FROM messages WHERE chat_n = ? AND id = ?');
  const selectAll = db.prepare('SELECT id, done, content, body FROM messages WHERE chat_n = ? ORDER BY n');
  const upsert = db.prepare(
    `INSERT INTO messages (chat_n, id, done, content, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (chat_n, id) DO UPDATE SET done = excluded.done, content = excluded.content, body = excluded.body`,
  );
  const growContent = db.prepare('UPDATE messages SET content = ? WHERE chat_n = ? AND id = ?');
  const removeOne = db.prepare('DELETE FROM messages WHERE chat_n = ? AND id = ?');

  const write = (chatN: number, message: StoredMessage, before: MessageRow | undefined): void => {
    const { content, ...body } = message;
    const text = typeof content === 'string' ? content : null;
    const json = JSON.stringify(text === null && content !== undefined ? { ...body, content } : body);
    const done = isUnfinished(message) ? 0 : 1;
    if (before?.content === text && before.body === json && before.done === done) return;
    upsert.run(chatN, message.id, done, text, json);
    if (done === 0) search.drop(chatN, message.id);
    else if (before?.content !== text || before?.done !== 1 || text === null)
      search.put(chatN, message.id, withoutDetails(textOf(content)));
  };
  const get = (chatN: number, id: string): StoredMessage | null => {
    const row = select.get(chatN, id) as MessageRow | undefined;
    return row ? toMessage(row) : null;
  };

  return {
    message: get,
    all: (chatN: number): Record<string, StoredMessage> =>
      Object.fromEntries(
        (selectAll.all(chatN) as unknown as MessageRow[]).map((row) => [row.id, toMessage(row)]),
      ),

    /** Puts the fields given over the stored message, or stores it anew. */
    putMessage: (chatN: number, id: string, fields: WireMessage): StoredMessage => {
      const before = select.get(chatN, id) as MessageRow | undefined;
      const next: StoredMessage = { ...(before ? toMessage(before) : {}), ...fields, id };
      write(chatN, next, before);
      return next;
    },
    /** Writes the text of an answer still growing. */
    growMessage: (chatN: number, id: string, content: string): void =>
      void growContent.run(content, chatN, id),

    /** Makes the sent messages the whole history; rows that did not change are not touched. */
    replaceAll: (chatN: number, sent: Record<string, WireMessage>): void => {
      const before = new Map((selectAll.all(chatN) as unknown as MessageRow[]).map((row) => [row.id, row]));
      for (const [id, message] of Object.entries(sent)) write(chatN, { ...message, id }, before.get(id));
      for (const id of before.keys()) {
        if (Object.hasOwn(sent, id)) continue;
        removeOne.run(chatN, id);
        search.drop(chatN, id);
      }
    },

    /** The branch that ends with the given message, first message first. */
    branch: (chatN: number, tip: string): StoredMessage[] => {
      const path: StoredMessage[] = [];
      const seen = new Set<string>();
      for (let at: string | null = tip; at !== null && !seen.has(at);) {
        seen.add(at);
        const message = get(chatN, at);
        if (!message) break;
        path.unshift(message);
        at = message.parentId ?? null;
      }
      return path;
    },

    /** At start nothing is being answered: what an earlier run left unfinished is closed with an error. */
    closeUnfinished: (): number =>
      inTransaction(db, () => {
        const rows = db
          .prepare('SELECT chat_n, id, done, content, body FROM messages WHERE done = 0')
          .all() as unknown as (MessageRow & { chat_n: number })[];
        for (const row of rows)
          write(row.chat_n, { ...toMessage(row), done: true, error: { content: STOPPED_BY_CRASH } }, row);
        return rows.length;
      }),
  };
}

function toMessage(row: MessageRow): StoredMessage {
  const body = parseObject(row.body);
  return { ...body, ...(row.content === null ? {} : { content: row.content }), id: row.id };
}
