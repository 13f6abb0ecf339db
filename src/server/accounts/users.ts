import { randomUUID } from 'node:crypto';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { inTransaction } from '../../main/db/open.ts';
import type { Clock } from '../../main/ports.ts';
import type { Role } from '../../shared/domain.ts';
import { parseJson } from '../store/config.ts';

/** An account without its password. Times in seconds. */
export interface Account {
  id: string;
  email: string;
  name: string;
  role: Role;
  profile_image_url: string;
  created_at: number;
  updated_at: number;
  last_active_at: number;
}

export interface NewAccount {
  email: string;
  name: string;
  passwordHash: string;
  profileImageUrl: string;
  role: Role;
  /** A sign-up, to be told to the admin webhook. */
  announce: boolean;
}

export const USERS_PER_PAGE = 30;
/** Writing on every request would cost a disk flush each: once in this many seconds is enough. */
const ACTIVE_EVERY_S = 30;
const COLUMNS = 'id, email, name, role, profile_image_url, created_at, updated_at, last_active_at';
const ORDER_BY: Record<string, string> = {
  name: 'name COLLATE NOCASE',
  email: 'email',
  role: 'role',
  created_at: 'created_at',
  last_active_at: 'last_active_at',
  updated_at: 'updated_at',
};

export type UserStore = ReturnType<typeof createUserStore>;

/** Accounts in the database. E-mail addresses are kept in lower case. */
export function createUserStore(db: DatabaseSync, clock: Clock) {
  const seconds = () => Math.floor(clock.now() / 1000);
  const one = (where: string, ...values: SQLInputValue[]) =>
    (db.prepare(`SELECT ${COLUMNS} FROM users WHERE ${where}`).get(...values) as Account | undefined) ?? null;
  const count = (where = '1 = 1', ...values: SQLInputValue[]): number =>
    (db.prepare(`SELECT count(*) AS c FROM users WHERE ${where}`).get(...values) as { c: number }).c;
  const byId = db.prepare(`SELECT ${COLUMNS} FROM users WHERE id = ?`);
  const insert = db.prepare(
    `INSERT INTO users (${COLUMNS}, password, to_announce) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  const get = (id: string) => (byId.get(id) as Account | undefined) ?? null;
  const update = (id: string, columns: Record<string, SQLInputValue>): Account | null => {
    const names = Object.keys(columns);
    db.prepare(
      `UPDATE users SET ${names.map((c) => `${c} = ?`).join(', ')}, updated_at = ? WHERE id = ?`,
    ).run(...Object.values(columns), seconds(), id);
    return get(id);
  };
  /** True when the account is the only admin left. */
  const isLastAdmin = (id: string): boolean =>
    get(id)?.role === 'admin' && count("role = 'admin' AND id != ?", id) === 0;

  return {
    get,
    byEmail: (email: string) => one('email = ?', email.trim().toLowerCase()),
    first: () => one('n = (SELECT min(n) FROM users)'),
    any: () => count() > 0,
    isLastAdmin,

    /**
     * Adds an account; null when the e-mail address is taken. The very first becomes admin: counted
     * and inserted in one transaction, so that of two at once only one does.
     */
    create: (account: NewAccount): Account | null =>
      inTransaction(db, () => {
        const email = account.email.trim().toLowerCase();
        if (count('email = ?', email) > 0) return null;
        const id = randomUUID();
        const now = seconds();
        insert.run(
          id,
          email,
          account.name.trim(),
          count() === 0 ? 'admin' : account.role,
          account.profileImageUrl,
          now,
          now,
          now,
          account.passwordHash,
          account.announce ? 1 : 0,
        );
        return get(id);
      }),

    passwordOf: (id: string): string | null =>
      (db.prepare('SELECT password FROM users WHERE id = ?').get(id) as { password: string } | undefined)
        ?.password ?? null,
    setPassword: (id: string, hash: string) => void update(id, { password: hash }),
    setProfile: (id: string, name: string, profileImageUrl: string) =>
      update(id, { name: name.trim(), profile_image_url: profileImageUrl }),

    /** Changes an account; 'last_admin' and 'email_taken' say why it did not. */
    change: (
      id: string,
      to: Partial<Pick<Account, 'role' | 'name' | 'email' | 'profile_image_url'>>,
    ): Account | 'missing' | 'last_admin' | 'email_taken' =>
      inTransaction(db, () => {
        if (!get(id)) return 'missing';
        if (to.role && to.role !== 'admin' && isLastAdmin(id)) return 'last_admin';
        const email = to.email?.trim().toLowerCase();
        if (email && count('email = ? AND id != ?', email, id) > 0) return 'email_taken';
        return update(id, { ...to, ...(email ? { email } : {}) }) ?? 'missing';
      }),
    remove: (id: string): 'removed' | 'missing' | 'last_admin' =>
      inTransaction(db, () => {
        if (isLastAdmin(id)) return 'last_admin';
        return db.prepare('DELETE FROM users WHERE id = ?').run(id).changes > 0 ? 'removed' : 'missing';
      }),

    /** One page of accounts, found by a part of the name or address. Unknown orders fall back to the newest first. */
    list: (options: { page: number; query: string; orderBy: string; direction: string }) => {
      const like = `%${options.query.trim().replace(/[\\%_]/g, '\\$&')}%`;
      const where = "(name LIKE ? ESCAPE '\\' OR email LIKE ? ESCAPE '\\')";
      const order = ORDER_BY[options.orderBy] ?? 'created_at';
      const direction = options.direction === 'asc' ? 'ASC' : 'DESC';
      const users = db
        .prepare(
          `SELECT ${COLUMNS} FROM users WHERE ${where} ORDER BY ${order} ${direction}, n ${direction} LIMIT ? OFFSET ?`,
        )
        .all(like, like, USERS_PER_PAGE, (options.page - 1) * USERS_PER_PAGE) as unknown as Account[];
      return { users, total: count(where, like, like) };
    },
    all: () => db.prepare(`SELECT ${COLUMNS} FROM users ORDER BY n`).all() as unknown as Account[],

    settings: (id: string): Record<string, unknown> | null => {
      const row = db.prepare('SELECT settings FROM users WHERE id = ?').get(id) as
        { settings: string | null } | undefined;
      return parseJson(row?.settings ?? null) as Record<string, unknown> | null;
    },
    setSettings: (id: string, settings: Record<string, unknown>) =>
      void update(id, { settings: JSON.stringify(settings) }),

    /** Notes that the account was here, at most once in half a minute. */
    touch: (account: Account) => {
      const now = seconds();
      if (now - account.last_active_at < ACTIVE_EVERY_S) return;
      db.prepare('UPDATE users SET last_active_at = ? WHERE id = ?').run(now, account.id);
    },

    toAnnounce: () =>
      db.prepare(`SELECT ${COLUMNS} FROM users WHERE to_announce = 1`).all() as unknown as Account[],
    announced: (id: string) => void db.prepare('UPDATE users SET to_announce = 0 WHERE id = ?').run(id),
  };
}

/** Is it an e-mail address, as far as a server can tell? The rule is Open WebUI's: something@something.something. */
export const isEmail = (text: string): boolean =>
  text.length <= 320 && /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text.trim());
