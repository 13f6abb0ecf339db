import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../ports.ts';

/** How long an address with a one-time token may be opened, ms. */
export const OPEN_TOKEN_LIFE_MS = 5 * 60_000;
/** Unused tokens kept; the oldest go first. */
const MAX_OPEN_TOKENS = 50;

/** 256 random bits, safe in a URL. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** Compares secrets in constant time, whatever their lengths. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

export interface Access {
  /** A token that opens one browser session, once, within five minutes. */
  mintOpenToken: () => string;
  /** True the first time a valid token is given. */
  redeem: (token: string) => boolean;
  /** Value of the session cookie for a browser that redeemed a token. */
  readonly session: string;
  /** Another host of this profile proves with this that it may ask for a token. */
  readonly instanceSecret: string;
}

/** Who may talk to this host: one-time tokens for browsers, one session, one secret for later starts. */
export function createAccess(clock: Clock): Access {
  const tokens = new Map<string, number>();
  return {
    session: newSecret(),
    instanceSecret: newSecret(),
    mintOpenToken: () => {
      const token = newSecret();
      tokens.set(token, clock.monotonic() + OPEN_TOKEN_LIFE_MS);
      const oldest = tokens.keys().next();
      if (tokens.size > MAX_OPEN_TOKENS && !oldest.done) tokens.delete(oldest.value);
      return token;
    },
    redeem: (token) => {
      const until = tokens.get(token);
      tokens.delete(token);
      return until !== undefined && clock.monotonic() < until;
    },
  };
}

/** The value of one cookie in a Cookie header; null when it is absent. */
export function cookieValue(header: string | undefined, name: string): string | null {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}
