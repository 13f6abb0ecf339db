import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/**
 * Judges the Host and Origin headers. A page on the web that rebinds its own name to a loopback
 * address still sends that name as Host; an address literal cannot be rebound. A page of another
 * origin shows itself by Origin. Returns words when refused, null when fine.
 */
export function createGuard(names: {
  /** The name or address listened at: fine as Host. */
  bound: string;
  /** Names an admin allowed: fine as Host and, behind a proxy that changes Host, as Origin. */
  allowed: string[];
}): (headers: IncomingHttpHeaders) => string | null {
  const allowed = new Set(names.allowed.map((name) => name.toLowerCase()));
  const bound = names.bound.toLowerCase();
  const hostFine = (name: string): boolean =>
    isIP(name) !== 0 ||
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === bound ||
    allowed.has(name);

  return (headers) => {
    const host = hostName(`http://${headers.host ?? ''}`);
    if (host === null || !hostFine(host.name))
      return 'This server is not known by that name. Start it with --allow-host NAME to allow it.';
    const origin = headers.origin;
    if (origin === undefined) return null;
    const from = hostName(origin);
    if (from?.full === host.full || (from && allowed.has(from.name))) return null;
    return 'Requests from other web pages are not allowed.';
  };
}

function hostName(url: string): { name: string; full: string } | null {
  if (!URL.canParse(url)) return null;
  const parsed = new URL(url);
  if (parsed.hostname === '') return null;
  return { name: parsed.hostname.replace(/^\[|\]$/g, '').toLowerCase(), full: parsed.host.toLowerCase() };
}
