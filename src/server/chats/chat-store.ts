import { randomUUID } from 'node:crypto';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { inTransaction } from '../../main/db/open.ts';
import type { Clock } from '../../main/ports.ts';
import { parseObject } from '../store/config.ts';
import { createMessageStore } from './message-store.ts';
import type { WireChat } from './message.ts';
import { filterSql, type ChatSearch, type SearchFilter } from './search.ts';

/** A chat's row; `n` is its number inside the database. */
export interface ChatRow {
  n: number;
  id: string;
  user_id: string;
  title: string;
  body: string;
  current_id: string | null;
  pinned: number;
  archived: number;
  folder_id: string | null;
  meta: string;
  created_at: number;
  updated_at: number;
  last_read_at: number | null;
}

export const CHATS_PER_PAGE = 60;
const NO_LIMIT = -1;
const LIST_COLUMNS = 'c.n, c.id, c.title, c.updated_at, c.created_at, c.last_read_at, c.pinned, c.archived';

export interface ChatListItem {
  n: number;
  id: string;
  title: string;
  updated_at: number;
  created_at: number;
  last_read_at: number | null;
  pinned: number;
  archived: number;
}

const DEFAULT_TITLE = 'New Chat';

export type ChatStore = ReturnType<typeof createChatStore>;

/** Chats and their messages. Every look-up by a caller goes through the owner's id. */
export function createChatStore(db: DatabaseSync, clock: Clock, search: ChatSearch) {
  const seconds = () => Math.floor(clock.now() / 1000);
  const messages = createMessageStore(db, search);
  const find = db.prepare('SELECT * FROM chats WHERE id = ? AND user_id = ?');
  const touchChat = db.prepare('UPDATE chats SET updated_at = ? WHERE n = ?');
  const setTitleOf = db.prepare('UPDATE chats SET title = ? WHERE n = ?');
  const setCurrent = db.prepare('UPDATE chats SET current_id = ? WHERE n = ?');

  const get = (userId: string, id: string): ChatRow | null =>
    (find.get(id, userId) as ChatRow | undefined) ?? null;
  const setTitle = (n: number, title: string): void => {
    setTitleOf.run(title, n);
    search.put(n, '', title);
  };
  const rowsFrom = (table: string, where: string, ...values: SQLInputValue[]) =>
    db
      .prepare(`SELECT ${LIST_COLUMNS} FROM ${table} WHERE ${where}`)
      .all(...values) as unknown as ChatListItem[];
  const rows = (where: string, ...values: SQLInputValue[]) => rowsFrom('chats c', where, ...values);
  const flip = (column: 'pinned' | 'archived', n: number): void =>
    void db.prepare(`UPDATE chats SET ${column} = 1 - ${column} WHERE n = ?`).run(n);

  /** Stores a chat as sent; the id is made here unless given. To be called inside a transaction. */
  const insert = (
    userId: string,
    chat: WireChat,
    options: { id?: string; folderId?: string | null } = {},
  ): ChatRow => {
    const id = options.id ?? randomUUID();
    const { history, title = DEFAULT_TITLE, ...body } = chat;
    const now = seconds();
    const { lastInsertRowid } = db
      .prepare(
        `INSERT INTO chats (id, user_id, title, body, current_id, folder_id, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        id,
        userId,
        title,
        JSON.stringify({ ...body, id }),
        history?.currentId ?? null,
        options.folderId ?? null,
        now,
        now,
      );
    const n = Number(lastInsertRowid);
    search.put(n, '', title);
    if (history) messages.replaceAll(n, history.messages);
    return db.prepare('SELECT * FROM chats WHERE n = ?').get(n) as unknown as ChatRow;
  };

  return {
    ...messages,
    get,
    setTitle,
    touch: (n: number) => void touchChat.run(seconds(), n),
    setCurrent: (n: number, messageId: string) => void setCurrent.run(messageId, n),
    exists: (id: string): boolean => db.prepare('SELECT 1 FROM chats WHERE id = ?').get(id) !== undefined,

    /** One page of titles, the latest first; all of them when no page is given. */
    list: (
      userId: string,
      options: { page: number | null; pinned: boolean; inFolders: boolean; archived: boolean },
    ): ChatListItem[] =>
      rows(
        `c.user_id = ? AND c.archived = ?${options.pinned ? '' : ' AND c.pinned = 0'}${
          options.inFolders ? '' : ' AND c.folder_id IS NULL'
        } ORDER BY c.updated_at DESC, c.n DESC LIMIT ? OFFSET ?`,
        userId,
        options.archived ? 1 : 0,
        ...window(options.page, CHATS_PER_PAGE),
      ),
    pinned: (userId: string) =>
      rowsFrom(
        // Without statistics the planner would read all chats by time.
        'chats c INDEXED BY chats_pinned',
        'c.user_id = ? AND c.pinned = 1 AND c.archived = 0 ORDER BY c.updated_at DESC, c.n DESC',
        userId,
      ),
    inFolder: (userId: string, folderIds: string[], page: number | null, perPage: number) =>
      rows(
        `c.user_id = ? AND c.archived = 0 AND c.folder_id IN (SELECT value FROM json_each(?))
         ORDER BY c.updated_at DESC, c.n DESC LIMIT ? OFFSET ?`,
        userId,
        JSON.stringify(folderIds),
        ...window(page, perPage),
      ),
    /** Titles that hold the text anywhere, for queries the index cannot answer; all with an empty text. */
    byTitle: (userId: string, text: string, filter: SearchFilter, skip: number, take: number) => {
      const { sql, values } = filterSql(filter);
      return rows(
        `c.user_id = ? AND (? = '' OR instr(lower(c.title), lower(?)) > 0)${sql}
         ORDER BY c.updated_at DESC, c.n DESC LIMIT ? OFFSET ?`,
        userId,
        text,
        text,
        ...values,
        take,
        skip,
      );
    },
    /** Titles by number, in the order of the numbers. */
    byNumbers: (numbers: number[]): ChatListItem[] => {
      const found = rows('c.n IN (SELECT value FROM json_each(?))', JSON.stringify(numbers));
      const byN = new Map(found.map((item) => [item.n, item]));
      return numbers.flatMap((n) => byN.get(n) ?? []);
    },

    insert,
    /** The same as insert, in a transaction of its own. */
    create: (
      userId: string,
      chat: WireChat,
      options: { id?: string; folderId?: string | null } = {},
    ): ChatRow => inTransaction(db, () => insert(userId, chat, options)),

    /** Merges the top-level keys sent over those stored; a sent history replaces the whole one. */
    update: (row: ChatRow, chat: WireChat): void =>
      inTransaction(db, () => {
        const { history, title, ...body } = chat;
        db.prepare('UPDATE chats SET body = ?, updated_at = ? WHERE n = ?').run(
          JSON.stringify({ ...parseObject(row.body), ...body, id: row.id }),
          seconds(),
          row.n,
        );
        if (title !== undefined && title !== row.title) setTitle(row.n, title);
        if (!history) return;
        messages.replaceAll(row.n, history.messages);
        db.prepare('UPDATE chats SET current_id = ? WHERE n = ?').run(history.currentId ?? null, row.n);
      }),

    /** Open WebUI's ChatResponse, with the whole message tree. */
    response: (row: ChatRow, tags: string[]) => ({
      id: row.id,
      user_id: row.user_id,
      title: row.title,
      chat: {
        ...parseObject(row.body),
        title: row.title,
        history: { currentId: row.current_id, messages: messages.all(row.n) },
      },
      updated_at: row.updated_at,
      created_at: row.created_at,
      share_id: null,
      archived: row.archived === 1,
      pinned: row.pinned === 1,
      meta: { ...parseObject(row.meta), tags },
      folder_id: row.folder_id,
      last_read_at: row.last_read_at,
    }),

    togglePin: (row: ChatRow) => flip('pinned', row.n),
    toggleArchive: (row: ChatRow) => flip('archived', row.n),
    setFolder: (row: ChatRow, folderId: string | null) =>
      void db.prepare('UPDATE chats SET folder_id = ? WHERE n = ?').run(folderId, row.n),
    markRead: (row: ChatRow) =>
      void db.prepare('UPDATE chats SET last_read_at = ? WHERE n = ?').run(seconds(), row.n),
    remove: (row: ChatRow) => void db.prepare('DELETE FROM chats WHERE n = ?').run(row.n),
    removeAll: (userId: string) => void db.prepare('DELETE FROM chats WHERE user_id = ?').run(userId),
    idsOf: (userId: string): string[] =>
      (db.prepare('SELECT id FROM chats WHERE user_id = ?').all(userId) as { id: string }[]).map((r) => r.id),
  };
}

const window = (page: number | null, perPage: number): [take: number, skip: number] =>
  page === null ? [NO_LIMIT, 0] : [perPage, (page - 1) * perPage];

/** A row of a list as Open WebUI sends it, with the marks added. */
export const listItem = (item: ChatListItem) => ({
  id: item.id,
  title: item.title,
  updated_at: item.updated_at,
  created_at: item.created_at,
  last_read_at: item.last_read_at,
  pinned: item.pinned === 1,
  archived: item.archived === 1,
});
