import { STATUS_CODES } from 'node:http';
import type { HttpAnswer } from '../ports.ts';
import type { Verdict } from './types.ts';
import { cleanLine, cut } from './text.ts';

/** No wait a receiver asks for is taken longer than this; notices expire sooner anyway. */
const LONGEST_WAIT_MS = 7 * 24 * 3_600_000;
const QUOTED = 200;

/** A header's value by name, whatever the case. */
export function headerOf(answer: HttpAnswer, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [key, value] of Object.entries(answer.headers)) if (key.toLowerCase() === wanted) return value;
  return undefined;
}

/**
 * A Retry-After value in ms from `now`: seconds, decimals allowed, or an HTTP-date (RFC 9110, 10.2.3). Past dates
 * give 0; anything else undefined.
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return waitMs(Number(text));
  // Date.parse takes far more than HTTP-dates; all three forms of those begin with a weekday and name GMT or a year.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  // The asctime form has no zone and means UTC.
  const at = Date.parse(/GMT$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(0, at - now), LONGEST_WAIT_MS);
}

/** Seconds, as bodies give them, in ms; undefined unless a sensible number. */
export function waitMs(seconds: unknown): number | undefined {
  if (typeof seconds !== 'number' || Number.isNaN(seconds) || seconds < 0) return undefined;
  return Math.min(Math.ceil(seconds * 1000), LONGEST_WAIT_MS);
}

/** The answer's body as a JSON object; null when it is none. */
export function jsonOf(answer: HttpAnswer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(answer.body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null; // Not JSON: the caller falls back to status and text.
  }
}

/** A member of a JSON object that is itself an object; {} otherwise. */
export function objectAt(from: Record<string, unknown> | null, key: string): Record<string, unknown> {
  const value = from?.[key];
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** A string member of a JSON object; "" otherwise. */
export function stringAt(from: Record<string, unknown> | null, key: string): string {
  const value = from?.[key];
  return typeof value === 'string' ? value : '';
}

/** `: "what it said"`, on one line and short; "" when it said nothing or a whole page. */
export function quote(said: string): string {
  const line = cut(cleanLine(said.slice(0, 4000)), QUOTED, 'utf16');
  return line === '' || /^<(!doctype|html|head|\?xml)/i.test(line) ? '' : `: "${line}"`;
}

/** "HTTP 503 Service Unavailable". */
export function statusWords(status: number): string {
  const name = STATUS_CODES[status];
  return name === undefined ? `HTTP ${status}` : `HTTP ${status} ${name}`;
}

/** The receiver's own words, wherever its JSON keeps them, else the body. */
function saidBy(answer: HttpAnswer): string {
  const json = jsonOf(answer);
  const nested = objectAt(json, 'error');
  for (const text of [
    stringAt(json, 'errorDescription'),
    stringAt(json, 'description'),
    stringAt(json, 'message'),
    stringAt(nested, 'message'),
    stringAt(json, 'error'),
  ])
    if (text !== '') return text;
  return answer.body;
}

/** Where a redirect points: scheme and host only, since the rest may be secret. */
function redirectWords(answer: HttpAnswer): string {
  const location = headerOf(answer, 'location') ?? '';
  const target = URL.canParse(location) ? new URL(location) : null;
  const where =
    target?.host !== undefined && target.host !== ''
      ? `to ${target.protocol}//${target.host}`
      : location === ''
        ? 'without saying where to'
        : 'to another path on the same host';
  return (
    `${statusWords(answer.status)}: it redirects ${where}. Redirects are not followed, because the message would ` +
    'be lost on the way. Set the final address as the webhook.'
  );
}

/** "HTTP 400 Bad Request: "what it said"", plus a hint. */
export function answerWords(answer: HttpAnswer, hint = ''): string {
  return statusWords(answer.status) + quote(saidBy(answer)) + (hint === '' ? '' : `. ${hint}`);
}

/** A 2xx that is not the service's own yes: likely a proxy or sign-in page between, so worth another try. */
export function notItsAnswer(answer: HttpAnswer, service: string): Verdict {
  return {
    kind: 'retry',
    words: `${statusWords(answer.status)}, but not ${service}'s own answer${quote(answer.body)}. Something between, such as a proxy or a sign-in page, may have answered.`,
  };
}

/**
 * What a status means to every receiver: 2xx delivered; 410 gone; 400, 413, 422 rejected (a plain form may pass);
 * 408, 425, 429, 5xx retry with Retry-After; everything else, redirects included, final. Receivers look at
 * their own words first and come here for the rest.
 */
export function judgeStatus(answer: HttpAnswer, now: number): Verdict {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered', words: statusWords(status) };
  if (status >= 300 && status < 400) return { kind: 'failed', words: redirectWords(answer) };
  if (status === 410)
    return { kind: 'gone', words: answerWords(answer, 'The receiver says this webhook is gone for good.') };
  if (status === 400 || status === 413 || status === 422)
    return { kind: 'rejected', words: answerWords(answer) };
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const afterMs = retryAfterMs(headerOf(answer, 'retry-after'), now);
    return afterMs === undefined
      ? { kind: 'retry', words: answerWords(answer) }
      : { kind: 'retry', words: answerWords(answer), afterMs };
  }
  return { kind: 'failed', words: answerWords(answer, HINTS[status] ?? '') };
}

const HINTS: Record<number, string> = {
  401: 'It wants credentials: add an Authorization header to the target, or check the one it has.',
  403: 'It refuses these credentials or this sender: check the address and the headers.',
  404: 'Nothing listens at this path: copy the address again from the service.',
  405: 'It does not take POST: this is probably the address of a page, not of a webhook.',
  407: 'A proxy wants credentials: check the proxy settings of this computer.',
};
