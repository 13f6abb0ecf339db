import { createHash, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../main/ports.ts';

export interface SessionStore {
  /** A new token; `expiresAt` in seconds since epoch, null for never. */
  create: (userId: string) => { token: string; expiresAt: number | null };
  /** The user a token stands for, or null. */
  userId: (token: string) => string | null;
  /** When a token ends, seconds since epoch; null for never or unknown. */
  expiresAt: (token: string) => number | null;
  remove: (token: string) => void;
  /** Ends a user's sessions, all but the one with the given token. */
  removeOthers: (userId: string, keep: string | null) => void;
  removeExpired: () => void;
}

/**
 * Tokens of 256 random bits. Only their SHA-256 is stored: a stolen database signs nobody in, and
 * the look-up by hash gives nothing away by its timing.
 */
export function createSessionStore(
  db: DatabaseSync,
  clock: Clock,
  lifetimeSeconds: () => number | null,
): SessionStore {
  const seconds = () => Math.floor(clock.now() / 1000);
  const insert = db.prepare(
    'INSERT INTO sessions (hash, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
  );
  const find = db.prepare('SELECT user_id, expires_at FROM sessions WHERE hash = ?');
  const drop = db.prepare('DELETE FROM sessions WHERE hash = ?');
  const dropOthers = db.prepare('DELETE FROM sessions WHERE user_id = ? AND hash != ?');
  const dropExpired = db.prepare('DELETE FROM sessions WHERE expires_at <= ?');

  type Row = { user_id: string; expires_at: number | null } | undefined;
  const row = (token: string) => find.get(tokenHash(token)) as Row;
  return {
    create: (userId) => {
      const token = randomBytes(32).toString('base64url');
      const lifetime = lifetimeSeconds();
      const expiresAt = lifetime === null ? null : seconds() + lifetime;
      insert.run(tokenHash(token), userId, seconds(), expiresAt);
      return { token, expiresAt };
    },
    userId: (token) => {
      const found = row(token);
      if (!found || (found.expires_at !== null && found.expires_at <= seconds())) return null;
      return found.user_id;
    },
    expiresAt: (token) => row(token)?.expires_at ?? null,
    remove: (token) => void drop.run(tokenHash(token)),
    removeOthers: (userId, keep) =>
      void dropOthers.run(userId, keep === null ? Buffer.alloc(0) : tokenHash(keep)),
    removeExpired: () => void dropExpired.run(seconds()),
  };
}

export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

const UNIT_SECONDS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * Open WebUI's durations: "4w", "1.5h", "30m"; "-1" and "0" never expire.
 * Returns seconds, null for never, undefined for what is no duration.
 */
export function parseLifetime(text: string): number | null | undefined {
  if (text === '-1' || text === '0') return null;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text);
  if (!match) return undefined;
  return Math.max(1, Math.round(Number(match[1]) * (UNIT_SECONDS[match[2] ?? ''] ?? 1)));
}
