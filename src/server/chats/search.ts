import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

export interface ChatSearch {
  /** Puts a text under a chat and message ('' is the title) in the index, in place of the one before. */
  put: (chatN: number, messageId: string, text: string) => void;
  drop: (chatN: number, messageId: string) => void;
  /** Chat numbers of one user's matches, the latest match first. Null when the query holds no word. */
  find: (userId: string, query: string, filter: SearchFilter, skip: number, take: number) => number[] | null;
}

export interface SearchFilter {
  archived?: boolean;
  pinned?: boolean;
  /** Tag ids the chat must all have. */
  tags: string[];
  folderName?: string;
}

/** Texts of one script's characters, each of which is a word to search for. */
const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu;
/** More of one message is not worth finding by, and costs time to take apart. */
const MAX_INDEXED = 400_000;

/** Scripts written without spaces get one between characters, so that any part can be found. */
const spread = (text: string): string => text.replace(IDEOGRAPH, ' $& ');

/**
 * An FTS5 query: every word must occur in one message or title, the last one as the beginning of a
 * word, since it may be still being typed. Null when there is no word in it.
 */
export function ftsQuery(text: string): string | null {
  const words: string[] = [];
  for (const part of text.normalize('NFC').split(/\s+/)) {
    const tokens = spread(part).match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu);
    if (tokens) words.push(`"${tokens.join(' ')}"`);
  }
  const last = words.at(-1);
  if (last === undefined) return null;
  return [...words.slice(0, -1), `${last}*`].join(' AND ');
}

/**
 * Full-text search over titles and messages. Entries are numbered as they are written, so walking
 * matches from the highest number down and stopping when the page is full gives the latest ones
 * without reading all matches of a frequent word.
 */
export function createChatSearch(db: DatabaseSync): ChatSearch {
  const removeEntry = db.prepare('DELETE FROM search_entries WHERE chat_n = ? AND message_id = ?');
  const addEntry = db.prepare('INSERT INTO search_entries (chat_n, message_id) VALUES (?, ?)');
  const addText = db.prepare(
    `INSERT INTO search_index (rowid, owner, text)
     SELECT ?, 'u' || u.n, ? FROM chats c JOIN users u ON u.id = c.user_id WHERE c.n = ?`,
  );
  const userNumber = db.prepare('SELECT n FROM users WHERE id = ?');

  const drop = (chatN: number, messageId: string) => void removeEntry.run(chatN, messageId);
  return {
    drop,
    put: (chatN, messageId, text) => {
      drop(chatN, messageId);
      const trimmed = text.slice(0, MAX_INDEXED).normalize('NFC').trim();
      if (trimmed === '') return;
      const { lastInsertRowid } = addEntry.run(chatN, messageId);
      addText.run(lastInsertRowid, spread(trimmed), chatN);
    },
    find: (userId, query, filter, skip, take) => {
      const words = ftsQuery(query);
      if (words === null) return null;
      const owner = userNumber.get(userId) as { n: number } | undefined;
      if (!owner) return [];
      // The owner is in the index, so that the chats of others are passed over inside it.
      const fts = `owner : u${owner.n} AND text : (${words})`;
      const { sql, values } = filterSql(filter);
      const rows = db
        .prepare(
          `SELECT e.chat_n AS n FROM search_index i
             JOIN search_entries e ON e.n = i.rowid
             JOIN chats c ON c.n = e.chat_n
           WHERE search_index MATCH ? AND c.user_id = ?${sql}
           ORDER BY i.rowid DESC`,
        )
        .iterate(fts, userId, ...values) as IterableIterator<{ n: number }>;
      const seen = new Set<number>();
      for (const row of rows) {
        seen.add(row.n);
        if (seen.size >= skip + take) break;
      }
      return [...seen].slice(skip);
    },
  };
}

/** Conditions on `chats c` for a filter, to be appended to a WHERE. */
export function filterSql(filter: SearchFilter): { sql: string; values: SQLInputValue[] } {
  const values: SQLInputValue[] = [];
  let sql = '';
  const add = (condition: string, value: SQLInputValue) => {
    sql += ` AND ${condition}`;
    values.push(value);
  };
  add('c.archived = ?', filter.archived === true ? 1 : 0);
  if (filter.pinned !== undefined) add('c.pinned = ?', filter.pinned ? 1 : 0);
  for (const tag of filter.tags)
    add('EXISTS (SELECT 1 FROM chat_tags t WHERE t.chat_n = c.n AND t.tag_id = ?)', tag);
  if (filter.folderName !== undefined)
    add('c.folder_id IN (SELECT id FROM folders WHERE lower(name) = ?)', filter.folderName.toLowerCase());
  return { sql, values };
}

/** Takes Open WebUI's `tag:`, `folder:`, `pinned:`, `archived:` and `shared:` words out of a query. */
export function readSearchText(text: string): { words: string; filter: SearchFilter; shared: boolean } {
  const filter: SearchFilter = { tags: [] };
  let shared = false;
  const words: string[] = [];
  for (const part of text.trim().split(/\s+/)) {
    const match = /^(tag|folder|pinned|archived|shared):(.*)$/i.exec(part);
    const value = match?.[2] ?? '';
    switch (match?.[1]?.toLowerCase()) {
      case 'tag':
        filter.tags.push(value.toLowerCase());
        break;
      case 'folder':
        filter.folderName = value.replaceAll('_', ' ');
        break;
      case 'pinned':
        filter.pinned = value !== 'false';
        break;
      case 'archived':
        filter.archived = value !== 'false';
        break;
      case 'shared':
        shared = value !== 'false';
        break;
      default:
        words.push(part);
    }
  }
  return { words: words.join(' '), filter, shared };
}
