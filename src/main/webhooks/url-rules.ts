import type { Result } from '../../shared/result.ts';
import { fail, ok } from '../../shared/result.ts';
import { addressClass, hostClass } from './address.ts';
import type { AddressClass } from './address.ts';
import { decoded } from './text.ts';

export { addressClass } from './address.ts';
export type { AddressClass } from './address.ts';

export const MAX_URL_LENGTH = 8192;

/** Who named the address: the user's own hand, or something that came from elsewhere. */
export type UrlOrigin = 'typed' | 'server' | 'import';

export interface CheckedUrl {
  /** Normalised, without credentials and fragment. */
  url: string;
  /** Credentials that stood in the URL, decoded; they belong into an Authorization header. */
  userinfo?: { username: string; password: string };
  /** What the host promises by its name or number; not what it resolves to, see `judgeAddress`. */
  hostClass: Exclude<AddressClass, 'forbidden'>;
  /** Words for a person, worth showing at Save; saving is still right. */
  warnings: string[];
}

const EXAMPLE = 'https://example.com/webhook';
const refuse = (message: string): Result<never> => fail('VALIDATION_FAILED', message, { field: 'url' });

const FORBIDDEN_WORDS =
  'is reserved for the machine or network itself (link-local, metadata, multicast or unspecified), so no webhook can live there. Use the address of the receiving service.';

/** The host as written, before the URL parser turns 0x7f.1 or 2130706433 into 127.0.0.1. */
function writtenHost(text: string): string {
  const authority = /^https?:\/\/([^/?#]*)/i.exec(text)?.[1] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.replace(/:\d*$/, '');
}

function checkShape(text: string): Result<URL> {
  if (text === '') return refuse(`Enter the webhook's address, such as ${EXAMPLE}.`);
  if (text.length > MAX_URL_LENGTH)
    return refuse(`The address is too long: ${text.length} characters, at most 8,192 are allowed.`);
  // eslint-disable-next-line no-control-regex -- the URL parser drops them silently
  if (/[\s\u0000-\u001f\u007f]/.test(text))
    return refuse('The address has a space or line break in it. Paste it again, in one piece.');
  if (!/^https?:/i.test(text)) {
    const scheme = /^([a-z][a-z\d+.-]*):(?!\d)/i.exec(text)?.[1];
    return refuse(
      scheme === undefined
        ? `The address must begin with https:// (or http://), such as ${EXAMPLE}.`
        : `The address begins with "${scheme.slice(0, 40)}:", but only https:// and http:// can take a webhook.`,
    );
  }
  if (!/^https?:\/\/[^/?#\\]/i.test(text))
    return refuse(`The address has no host: after https:// comes a name, such as ${EXAMPLE}.`);
  if (/^[^?#]*\\/.test(text))
    return refuse('The address has a backslash in it. Use forward slashes, as in https://host/path.');
  if (!URL.canParse(text))
    return refuse(`This is not a valid address: check host name and port. It should look like ${EXAMPLE}.`);
  return ok(new URL(text));
}

function checkHost(text: string, url: URL): Result<Exclude<AddressClass, 'forbidden'>> {
  const written = writtenHost(text).toLowerCase();
  const host = url.hostname;
  if (written.includes('%')) return refuse(`The host is percent-encoded. Write it plainly: ${host}.`);
  // Whatever becomes four decimal parts without having been written so is a number in disguise.
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host) && written !== host)
    return refuse(
      `The host "${written.slice(0, 60)}" is the address ${host} written in an unusual way. If that is what you mean, write ${host}.`,
    );
  if (url.port === '0') return refuse('Port 0 cannot be reached. Use the port the service listens on.');
  const kind = hostClass(host);
  if (kind === 'forbidden') return refuse(`The host ${host} ${FORBIDDEN_WORDS}`);
  return ok(kind);
}

/**
 * Checks a webhook address as written. Errors are VALIDATION_FAILED with field "url", or REFUSED when an address in
 * one's own network was not typed by the user. Credentials come back apart and are gone from `url`. Cheap on
 * input of any length.
 */
export function checkWebhookUrl(input: string, from: { origin: UrlOrigin }): Result<CheckedUrl> {
  const text = input.length > 4 * MAX_URL_LENGTH ? input : input.trim();
  const shape = checkShape(text);
  if (!shape.ok) return shape;
  const url = shape.data;
  const host = checkHost(text, url);
  if (!host.ok) return host;
  const kind = host.data;
  const warnings: string[] = [];
  if (from.origin !== 'typed') {
    if (kind !== 'public')
      return fail(
        'REFUSED',
        `${url.host} lies in your own network or on this computer, and this address was not typed by you. Type it into the field yourself if you trust it.`,
        { field: 'url', details: { hostClass: kind } },
      );
    warnings.push(
      `This address came from ${from.origin === 'server' ? 'the server' : 'an import'}: check that ${url.host} is where your notices should go.`,
    );
  }
  if (url.protocol === 'http:' && kind === 'public')
    warnings.push(
      `Notices to ${url.host} would travel unencrypted over the internet. Use https:// if the service offers it.`,
    );
  if (/(^|\.)xn--/.test(url.hostname))
    warnings.push(
      `The host name has letters beyond ASCII. It is really ${url.hostname}: check that it is the one you mean.`,
    );
  const userinfo =
    url.username === '' && url.password === ''
      ? undefined
      : { username: decoded(url.username), password: decoded(url.password) };
  if (userinfo !== undefined) {
    warnings.push(
      'User name and password are taken out of the address and sent in an Authorization header instead.',
    );
    url.username = '';
    url.password = '';
  }
  url.hash = '';
  return ok({ url: url.href, ...(userinfo === undefined ? {} : { userinfo }), hostClass: kind, warnings });
}

/**
 * Judges an address a host was resolved to, at dial time. `typedHost` is the URL's host; `boundClass` the class of
 * the address it was resolved to when it was saved, left out when that is not known: a public-looking name may well
 * live in a LAN. Forbidden addresses never pass. A host that was public and now leads into one's own network is
 * refused (DNS rebinding); everything else the user typed is allowed.
 */
export function judgeAddress(
  ip: string,
  bound: { typedHost: string; boundClass?: AddressClass },
): { ok: true } | { ok: false; words: string } {
  const kind = addressClass(ip);
  if (kind === 'forbidden')
    return { ok: false, words: `${bound.typedHost} leads to ${ip.slice(0, 60)}, which ${FORBIDDEN_WORDS}` };
  if (bound.boundClass === 'public' && kind !== 'public')
    return {
      ok: false,
      words: `${bound.typedHost} was a public address when it was saved and now leads into ${kind === 'loopback' ? 'this computer' : 'your own network'} (${ip}). If that is right, send a test to it.`,
    };
  return { ok: true };
}
