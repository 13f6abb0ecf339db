/**
 * Chromium loads no scheme it does not know, and DevTools cannot teach it one. A registered scheme is therefore
 * carried over an origin under `.invalid` (RFC 2606: never resolved), whose requests are all answered by the
 * double: `hark-app://app/x` ↔ `https://app.hark-app.invalid/x`. The main process only ever sees the former;
 * pages see the latter in `location`. That is the one difference a page can notice.
 */
export interface Privileges {
  standard?: boolean;
  secure?: boolean;
}

const schemes = new Map<string, Privileges>();

export const registerScheme = (scheme: string, privileges: Privileges): void =>
  void schemes.set(scheme, privileges);
export const isRegistered = (scheme: string): boolean => schemes.has(scheme);

/** The address Chromium is given. */
export function toCarried(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  const scheme = url.protocol.slice(0, -1);
  const privileges = schemes.get(scheme);
  if (!privileges) return address;
  const rest = address.slice(address.indexOf('://') + 3 + url.host.length);
  return `${privileges.secure === true ? 'https' : 'http'}://${url.host}.${scheme}.invalid${rest}`;
}

/** The address the main process sees. */
export function toOwn(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  const found = /^(.*)\.([a-z][a-z0-9+-]*)\.invalid$/.exec(url.host);
  const [, host = '', scheme = ''] = found ?? [];
  if (!found || !schemes.has(scheme)) return address;
  return `${scheme}://${host}${url.href.slice(url.origin.length)}`;
}

/** Patterns of requests that belong to registered schemes, for Chromium's Fetch domain. */
export const carriedPatterns = (): { urlPattern: string }[] =>
  [...schemes.keys()].map((scheme) => ({ urlPattern: `*://*.${scheme}.invalid/*` }));
