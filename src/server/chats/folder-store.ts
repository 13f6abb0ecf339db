import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../main/ports.ts';
import { parseJson } from '../store/config.ts';

interface FolderRow {
  id: string;
  user_id: string;
  parent_id: string | null;
  name: string;
  data: string | null;
  meta: string | null;
  is_expanded: number;
  created_at: number;
  updated_at: number;
}

export type FolderStore = ReturnType<typeof createFolderStore>;

/** Folders of chats: a tree per user. */
export function createFolderStore(db: DatabaseSync, clock: Clock) {
  const seconds = () => Math.floor(clock.now() / 1000);
  const get = (userId: string, id: string): FolderRow | null =>
    (db.prepare('SELECT * FROM folders WHERE id = ? AND user_id = ?').get(id, userId) as
      FolderRow | undefined) ?? null;
  /** The folder and all below it. */
  const withChildren = (id: string): string[] =>
    (
      db
        .prepare(
          `WITH RECURSIVE tree (id) AS (
             SELECT ? UNION SELECT f.id FROM folders f JOIN tree t ON f.parent_id = t.id
           ) SELECT id FROM tree`,
        )
        .all(id) as { id: string }[]
    ).map((row) => row.id);

  return {
    get,
    withChildren,
    list: (userId: string) =>
      db
        .prepare('SELECT * FROM folders WHERE user_id = ? ORDER BY name')
        .all(userId) as unknown as FolderRow[],
    /** True when a sibling of that name exists already. */
    nameTaken: (userId: string, parentId: string | null, name: string, exceptId: string | null): boolean =>
      db
        .prepare(
          'SELECT 1 FROM folders WHERE user_id = ? AND parent_id IS ? AND lower(name) = lower(?) AND id IS NOT ?',
        )
        .get(userId, parentId, name, exceptId) !== undefined,
    create: (
      userId: string,
      folder: { name: string; parentId: string | null; data: unknown; meta: unknown },
    ) => {
      const id = randomUUID();
      db.prepare(
        `INSERT INTO folders (id, user_id, parent_id, name, data, meta, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        id,
        userId,
        folder.parentId,
        folder.name,
        json(folder.data),
        json(folder.meta),
        seconds(),
        seconds(),
      );
      return get(userId, id);
    },
    update: (
      row: FolderRow,
      to: { name?: string; parentId?: string | null; data?: unknown; meta?: unknown; expanded?: boolean },
    ) => {
      db.prepare(
        `UPDATE folders SET name = ?, parent_id = ?, data = ?, meta = ?, is_expanded = ?, updated_at = ? WHERE id = ?`,
      ).run(
        to.name ?? row.name,
        to.parentId === undefined ? row.parent_id : to.parentId,
        to.data === undefined ? row.data : json(to.data),
        to.meta === undefined ? row.meta : json(to.meta),
        to.expanded === undefined ? row.is_expanded : to.expanded ? 1 : 0,
        seconds(),
        row.id,
      );
      return get(row.user_id, row.id);
    },
    /** Removes a folder and those below; their chats stay, without a folder. */
    remove: (row: FolderRow) => void db.prepare('DELETE FROM folders WHERE id = ?').run(row.id),
  };
}

const json = (value: unknown): string | null =>
  value === undefined || value === null ? null : JSON.stringify(value);

/** A folder as Open WebUI sends it. */
export const folderResponse = (row: FolderRow) => ({
  ...row,
  data: parseJson(row.data),
  meta: parseJson(row.meta),
  items: null,
  is_expanded: row.is_expanded === 1,
});
