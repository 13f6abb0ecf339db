import type { Migration } from '../../main/db/open.ts';

/**
 * The server's own tables. Times are seconds since epoch, as Open WebUI's answers have them.
 * Messages have rows of their own, so that a growing answer rewrites one message and not the chat.
 * The search index holds one entry per message and one per title; it is contentless, so text is kept once.
 */
export const serverMigrations: readonly Migration[] = [
  {
    name: 'accounts, settings, chats and search',
    sql: `
      CREATE TABLE users (
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        email TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('pending', 'user', 'admin')),
        profile_image_url TEXT NOT NULL,
        password TEXT NOT NULL,
        settings TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        last_active_at INTEGER NOT NULL,
        to_announce INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE INDEX users_to_announce ON users (n) WHERE to_announce = 1;

      CREATE TABLE sessions (
        hash BLOB PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        created_at INTEGER NOT NULL,
        expires_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX sessions_by_user ON sessions (user_id);

      CREATE TABLE config (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE folders (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        parent_id TEXT REFERENCES folders (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        data TEXT,
        meta TEXT,
        is_expanded INTEGER NOT NULL DEFAULT 0,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX folders_by_user ON folders (user_id);
      CREATE INDEX folders_by_parent ON folders (parent_id);

      CREATE TABLE chats (
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        title TEXT NOT NULL,
        body TEXT NOT NULL,
        current_id TEXT,
        pinned INTEGER NOT NULL DEFAULT 0,
        archived INTEGER NOT NULL DEFAULT 0,
        folder_id TEXT REFERENCES folders (id) ON DELETE SET NULL,
        meta TEXT NOT NULL DEFAULT '{}',
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        last_read_at INTEGER
      ) STRICT;
      CREATE INDEX chats_by_time ON chats (user_id, archived, updated_at DESC, n DESC);
      CREATE INDEX chats_pinned ON chats (user_id, archived, updated_at DESC, n DESC) WHERE pinned = 1;
      CREATE INDEX chats_by_folder ON chats (folder_id) WHERE folder_id IS NOT NULL;

      CREATE TABLE messages (
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        chat_n INTEGER NOT NULL REFERENCES chats (n) ON DELETE CASCADE,
        id TEXT NOT NULL,
        done INTEGER NOT NULL,
        content TEXT,
        body TEXT NOT NULL,
        UNIQUE (chat_n, id)
      ) STRICT;
      CREATE INDEX messages_unfinished ON messages (n) WHERE done = 0;

      CREATE TABLE tags (
        user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (user_id, id)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE chat_tags (
        chat_n INTEGER NOT NULL REFERENCES chats (n) ON DELETE CASCADE,
        tag_id TEXT NOT NULL,
        PRIMARY KEY (chat_n, tag_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX chat_tags_by_tag ON chat_tags (tag_id);

      CREATE TABLE search_entries (
        n INTEGER PRIMARY KEY AUTOINCREMENT,
        chat_n INTEGER NOT NULL REFERENCES chats (n) ON DELETE CASCADE,
        message_id TEXT NOT NULL,
        UNIQUE (chat_n, message_id)
      ) STRICT;
      CREATE VIRTUAL TABLE search_index USING fts5 (
        owner, text, content = '', contentless_delete = 1, prefix = '1 2 3',
        tokenize = 'unicode61 remove_diacritics 2'
      );
      CREATE TRIGGER search_entry_gone AFTER DELETE ON search_entries BEGIN
        DELETE FROM search_index WHERE rowid = old.n;
      END;
    `,
  },
];
