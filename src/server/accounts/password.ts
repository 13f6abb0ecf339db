import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** scrypt parameters: N (a power of two), r, p. */
export interface PasswordCost {
  N: number;
  r: number;
  p: number;
}

/** OWASP's Password Storage Cheat Sheet: N=2^15, r=8, p=3 (32 MB each). */
export const DEFAULT_COST: PasswordCost = { N: 2 ** 15, r: 8, p: 3 };
const KEY_BYTES = 32;
/** Hashing takes memory and a thread of Node's small pool: no more than this many at once. */
const AT_ONCE = 2;

export interface PasswordHasher {
  /** `scrypt$N$r$p$salt$key`, base64url. */
  hash: (password: string) => Promise<string>;
  /** Compares in constant time. With null (no such account) it does the same work and says no. */
  verify: (password: string, stored: string | null) => Promise<boolean>;
  /** True when the hash was made with other parameters than today's. */
  isOutdated: (stored: string) => boolean;
}

/** Hashes passwords with scrypt off the main thread, a few at a time, the others waiting in turn. */
export function createPasswordHasher(cost: PasswordCost = DEFAULT_COST): PasswordHasher {
  let running = 0;
  const waiting: (() => void)[] = [];
  const derive = async (password: string, salt: Buffer, by: PasswordCost): Promise<Buffer> => {
    if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await new Promise<Buffer>((resolve, reject) => {
        // One accented letter may be typed as one code point or two.
        scrypt(
          password.normalize('NFKC'),
          salt,
          KEY_BYTES,
          { ...by, maxmem: 256 * by.N * by.r },
          (error, key) => (error ? reject(error) : resolve(key)),
        );
      });
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
  const dummySalt = randomBytes(16);

  return {
    hash: async (password) => {
      const salt = randomBytes(16);
      const key = await derive(password, salt, cost);
      return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join(
        '$',
      );
    },
    verify: async (password, stored) => {
      const parsed = stored === null ? null : parse(stored);
      const key = await derive(password, parsed?.salt ?? dummySalt, parsed?.cost ?? cost);
      return parsed !== null && parsed.key.length === key.length && timingSafeEqual(parsed.key, key);
    },
    isOutdated: (stored) => {
      const parsed = parse(stored);
      return !parsed || parsed.cost.N !== cost.N || parsed.cost.r !== cost.r || parsed.cost.p !== cost.p;
    },
  };
}

function parse(stored: string): { cost: PasswordCost; salt: Buffer; key: Buffer } | null {
  const [scheme, N, r, p, salt, key] = stored.split('$');
  if (scheme !== 'scrypt' || !salt || !key) return null;
  return {
    cost: { N: Number(N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  };
}

/** What is wrong with a new password, for a person; null when it will do. Length alone, as NIST SP 800-63B advises. */
export function passwordFault(password: string): string | null {
  if (password.length < 8) return 'The password is too short: at least 8 characters.';
  if (password.length > 1000) return 'The password is too long: at most 1,000 characters.';
  return null;
}
