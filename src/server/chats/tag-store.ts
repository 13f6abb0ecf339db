import type { DatabaseSync } from 'node:sqlite';

export interface Tag {
  id: string;
  name: string;
  user_id: string;
  meta: null;
}

export type TagStore = ReturnType<typeof createTagStore>;

/** A tag's id is its name in lower case with underscores, as in Open WebUI. */
export const tagId = (name: string): string => name.trim().toLowerCase().replace(/\s+/g, '_');

/** Tags of chats. A tag lives as long as a chat has it. */
export function createTagStore(db: DatabaseSync) {
  const ofChat = db.prepare(
    `SELECT t.id, t.name, t.user_id FROM chat_tags ct
       JOIN chats c ON c.n = ct.chat_n
       JOIN tags t ON t.id = ct.tag_id AND t.user_id = c.user_id
     WHERE ct.chat_n = ? ORDER BY t.name`,
  );
  const toTags = (rows: unknown[]): Tag[] =>
    (rows as Omit<Tag, 'meta'>[]).map((row) => ({ ...row, meta: null }));
  const forgetUnused = (userId: string) =>
    void db
      .prepare(
        `DELETE FROM tags WHERE user_id = ? AND NOT EXISTS (
           SELECT 1 FROM chat_tags ct JOIN chats c ON c.n = ct.chat_n
           WHERE ct.tag_id = tags.id AND c.user_id = tags.user_id)`,
      )
      .run(userId);

  return {
    ofChat: (chatN: number) => toTags(ofChat.all(chatN)),
    idsOfChat: (chatN: number) => toTags(ofChat.all(chatN)).map((tag) => tag.id),
    all: (userId: string) => {
      forgetUnused(userId);
      return toTags(
        db.prepare('SELECT id, name, user_id FROM tags WHERE user_id = ? ORDER BY name').all(userId),
      );
    },
    add: (userId: string, chatN: number, name: string) => {
      db.prepare('INSERT INTO tags (user_id, id, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING').run(
        userId,
        tagId(name),
        name.trim(),
      );
      db.prepare('INSERT INTO chat_tags (chat_n, tag_id) VALUES (?, ?) ON CONFLICT DO NOTHING').run(
        chatN,
        tagId(name),
      );
    },
    remove: (userId: string, chatN: number, name: string) => {
      db.prepare('DELETE FROM chat_tags WHERE chat_n = ? AND tag_id = ?').run(chatN, tagId(name));
      forgetUnused(userId);
    },
    removeAll: (userId: string, chatN: number) => {
      db.prepare('DELETE FROM chat_tags WHERE chat_n = ?').run(chatN);
      forgetUnused(userId);
    },
  };
}
