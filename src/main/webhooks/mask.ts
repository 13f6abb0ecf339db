import type { ResolvedTarget } from './types.ts';
import { decoded } from './text.ts';

const MASK = '…';
/** A hint is given only of a last piece this long, so that two hooks of one service can be told apart. */
const HINT_FROM = 20;
const HINT_LENGTH = 2;
/** Shorter pieces are words, not secrets; masking them would blot out ordinary text. */
const SHORTEST_SECRET = 4;

/**
 * A URL fit to be shown or logged: scheme, host, port and "/…", with the last two characters of a long path as a
 * hint. Never credentials, query values or fragment. "…" when it is no URL.
 */
export function maskUrl(url: string): string {
  if (!URL.canParse(url)) return MASK;
  const { protocol, host, pathname, search } = new URL(url);
  if (pathname.length <= 1 && search === '') return `${protocol}//${host}/`;
  const last = pathname.split('/').findLast((part) => part !== '') ?? '';
  const hint = last.length >= HINT_FROM ? last.slice(-HINT_LENGTH) : '';
  return `${protocol}//${host}/${MASK}${hint}`;
}

/** Basic credentials as an Authorization header carries them (RFC 7617, UTF-8). */
export const basicAuth = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;

/** True for path pieces that look like a token rather than a word: very long, or long with a digit or inner capital. */
const tokenLike = (piece: string): boolean =>
  piece.length >= 20 || (piece.length >= 8 && (/\d/.test(piece) || /.[A-Z]/.test(piece)));

/**
 * Every string of a target that must not be shown: the URL's path and query and the tokens in them, credentials,
 * header values, signing secrets. For `maskText`.
 */
export function secretsOf(target: ResolvedTarget): string[] {
  const secrets = target.signingSecrets.flatMap((secret) => [secret, secret.replace(/^whsec_/, '')]);
  for (const [, value] of target.headers) {
    secrets.push(value);
    // "Bearer xyz": the token alone as well, since receivers echo it without the scheme.
    secrets.push(...value.split(/\s+/).filter((word) => word.length >= 8));
  }
  if (URL.canParse(target.url)) {
    const url = new URL(target.url);
    const pieces = url.pathname.split('/').map(decoded);
    secrets.push(url.href, url.pathname + url.search, ...pieces.filter(tokenLike));
    // Telegram's path has "bot" before the token.
    secrets.push(...pieces.filter((piece) => /^bot\d+:/.test(piece)).map((piece) => piece.slice(3)));
    if (url.pathname.length > SHORTEST_SECRET) secrets.push(url.pathname);
    // The topic is what protects an unprotected ntfy topic.
    if (target.settings.kind === 'ntfy') secrets.push(pieces.findLast((piece) => piece !== '') ?? '');
    for (const [, value] of url.searchParams) if (value.length >= 6) secrets.push(value);
    const username = decoded(url.username);
    const password = decoded(url.password);
    if (username !== '' || password !== '')
      secrets.push(password, basicAuth(username, password).slice('Basic '.length));
  }
  return [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST_SECRET);
}

/** Replaces every secret in `text`, plain, percent-encoded, as in a form, or as inside JSON, by "…". */
export function maskText(text: string, secrets: readonly string[]): string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < SHORTEST_SECRET) continue;
    forms.add(secret);
    forms.add(encodeURIComponent(secret.toWellFormed()));
    forms.add(new URLSearchParams([['', secret]]).toString().slice(1));
    forms.add(JSON.stringify(secret).slice(1, -1));
  }
  let masked = text;
  // Longest first: a secret inside a longer one must not leave the longer one's rest behind.
  for (const form of [...forms].sort((a, b) => b.length - a.length)) masked = masked.replaceAll(form, MASK);
  return masked;
}
