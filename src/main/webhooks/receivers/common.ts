import type { BuiltRequest } from '../types.ts';

/** The host name in lower case without a trailing dot; ports are not part of it. */
export const hostOf = (url: URL): string => url.hostname.toLowerCase().replace(/\.$/, '');

/** True when the URL's host is one of `hosts`, exactly, on the scheme's own port. */
export const onHost = (url: URL, hosts: readonly string[]): boolean =>
  url.port === '' && hosts.includes(hostOf(url));

/** True when the host is `domain` or lies under it. */
export const underDomain = (url: URL, domain: string): boolean =>
  hostOf(url) === domain || hostOf(url).endsWith(`.${domain}`);

/** Path segments, none of them empty. */
export const segmentsOf = (url: URL): string[] => url.pathname.split('/').filter((part) => part !== '');

/** The URL as sent: everything byte for byte but the fragment, which never leaves. */
export function withoutFragment(url: URL): string {
  const { href } = url;
  const at = href.indexOf('#');
  return at === -1 ? href : href.slice(0, at);
}

/** A POST of JSON, serialised once; these bytes are the ones signed and sent. */
export function postJson(url: string, body: unknown, headers: Record<string, string> = {}): BuiltRequest {
  return {
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}

/** An integer option held within a range; undefined when absent or no number. */
export function integerOption(value: string | undefined, low: number, high: number): number | undefined {
  if (value === undefined || !/^\s*-?\d{1,6}\s*$/.test(value)) return undefined;
  return Math.min(high, Math.max(low, Number(value)));
}

/** Words for a service reached without encryption. */
export const unencrypted = (url: URL, service: string): string[] =>
  url.protocol === 'http:' ? [`${service} takes https only: change http:// to https:// in the address.`] : [];
