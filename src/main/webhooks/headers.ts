import type { Result } from '../../shared/result.ts';
import { fail, ok } from '../../shared/result.ts';

/** RFC 9110, 5.6.2: what a header name may be made of. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const MAX_HEADERS = 20;
const MAX_NAME = 128;
const MAX_VALUE = 4096;

/** Headers the sender itself sets, or that steer the connection, with the words why. */
const FORBIDDEN: Record<string, string> = {
  host: 'it follows from the address',
  'content-length': 'it follows from the message',
  'content-type': 'it follows from the kind of receiver',
  'content-encoding': 'messages are sent as they are',
  'transfer-encoding': 'it steers the connection',
  connection: 'it steers the connection',
  'keep-alive': 'it steers the connection',
  upgrade: 'it steers the connection',
  te: 'it steers the connection',
  trailer: 'it steers the connection',
  expect: 'it steers the connection',
  'accept-encoding': 'it steers the connection',
  cookie: 'no cookies are sent to webhooks',
  cookie2: 'no cookies are sent to webhooks',
  'set-cookie': 'no cookies are sent to webhooks',
};
const FORBIDDEN_PREFIXES: Record<string, string> = {
  'webhook-': 'it belongs to the signature',
  'proxy-': 'it belongs to the proxy',
  'sec-': 'it belongs to the browser',
};

/** One header as a window sends it; a null value keeps the stored one. */
export interface HeaderInput {
  name: string;
  value: string | null;
}

const refuse = (at: number, message: string): Result<never> =>
  fail('VALIDATION_FAILED', message, { field: `headers.${at}`, details: { index: at } });

function whyForbidden(name: string): string | undefined {
  const lower = name.toLowerCase();
  const prefix = Object.keys(FORBIDDEN_PREFIXES).find((start) => lower.startsWith(start));
  return FORBIDDEN[lower] ?? (prefix === undefined ? undefined : FORBIDDEN_PREFIXES[prefix]);
}

/**
 * Checks a target's extra headers and returns them trimmed, names as written. Values are printable ASCII (RFC 9110,
 * 5.5; beyond ASCII senders and receivers disagree). Errors are VALIDATION_FAILED with field "headers.<index>".
 */
export function checkHeaders(list: readonly HeaderInput[]): Result<HeaderInput[]> {
  if (list.length > MAX_HEADERS)
    return fail('VALIDATION_FAILED', `At most ${MAX_HEADERS} extra headers; there are ${list.length}.`, {
      field: 'headers',
    });
  const seen = new Set<string>();
  const checked: HeaderInput[] = [];
  for (const [at, header] of list.entries()) {
    // Only blanks: a line feed at the end must be refused, not hidden.
    const name = header.name.replace(/^ +| +$/g, '');
    const value = header.value?.replace(/^[ \t]+|[ \t]+$/g, '') ?? null;
    if (name === '') return refuse(at, `Header ${at + 1} has no name. Write one, such as Authorization.`);
    if (name.length > MAX_NAME || !TOKEN.test(name))
      return refuse(
        at,
        `"${name.slice(0, 40)}" is not a header name: use letters, digits and "-", such as X-Api-Key, without the colon.`,
      );
    const why = whyForbidden(name);
    if (why !== undefined) return refuse(at, `The header ${name} cannot be set: ${why}.`);
    if (seen.has(name.toLowerCase()))
      return refuse(at, `The header ${name} is there twice. Keep one of them.`);
    seen.add(name.toLowerCase());
    if (value !== null) {
      if (value === '')
        return refuse(at, `The header ${name} has no value. Write one, or remove the header.`);
      if (value.length > MAX_VALUE)
        return refuse(at, `The value of ${name} is too long: at most ${MAX_VALUE} characters.`);
      if (!/^[\x20-\x7e]+$/.test(value))
        return refuse(
          at,
          `The value of ${name} has a line break or a character beyond plain ASCII. Use letters, digits and signs of the English keyboard.`,
        );
    }
    checked.push({ name, value });
  }
  return ok(checked);
}
