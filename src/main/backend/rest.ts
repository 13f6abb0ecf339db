import type * as z from 'zod';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { HttpTransport } from '../ports.ts';

/** Answers of a backend may be large: a long chat with images inside is tens of megabytes. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export interface RestOptions {
  transport: HttpTransport;
  /** Base URL without a trailing slash. */
  baseUrl: string;
  token: () => string | null;
}

export type Rest = <T>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  schema: z.ZodType<T>,
  options?: { body?: unknown; timeoutMs?: number },
) => Promise<Result<T>>;

/** The server's own words from `{"detail": …}`, FastAPI's validation list, or OpenAI's `{"error": …}`. */
export function wordsOf(body: string): string | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  const { detail, error } = parsed as { detail?: unknown; error?: unknown };
  if (typeof detail === 'string') return detail;
  if (Array.isArray(detail)) {
    const first = detail[0] as { loc?: unknown[]; msg?: unknown } | undefined;
    const place = first?.loc?.at(-1);
    if (typeof first?.msg === 'string') return `${typeof place === 'string' ? place : 'input'}: ${first.msg}`;
  }
  if (typeof error === 'string') return error;
  const message = (error as { message?: unknown } | null | undefined)?.message;
  return typeof message === 'string' ? message : null;
}

/**
 * Calls an Open WebUI-compatible server and checks the answer's shape. Errors:
 * UNREACHABLE (no answer), SIGNED_OUT (401; may also mean "not found", the caller must re-check the
 * session), FORBIDDEN, NOT_FOUND, VALIDATION_FAILED (400, 422), RATE_LIMITED, SERVER_ERROR.
 */
export function createRest(options: RestOptions): Rest {
  return async (method, path, schema, { body, timeoutMs = 30_000 } = {}) => {
    const token = options.token();
    const result = await options.transport.send({
      url: options.baseUrl + path,
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      totalTimeoutMs: timeoutMs,
      maxAnswerBytes: MAX_ANSWER_BYTES,
    });
    if ('fault' in result)
      return fail('UNREACHABLE', `The server could not be reached: ${result.fault.words}`, {
        details: { failure: result.fault.failure },
      });

    const { status, body: text, headers } = result.answer;
    if (status >= 200 && status < 300) {
      let json: unknown = null;
      if (text.trim() !== '')
        try {
          json = JSON.parse(text);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
          return fail('SERVER_ERROR', 'The address answers, but not as a chat server: it sent no JSON.');
        }
      const parsed = schema.safeParse(json);
      if (parsed.success) return ok(parsed.data);
      const issue = parsed.error.issues[0];
      return fail(
        'SERVER_ERROR',
        `The server's answer was not understood (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}).`,
      );
    }

    const words = wordsOf(text);
    const details = { status };
    switch (status) {
      case 400:
      case 422:
        return fail('VALIDATION_FAILED', words ?? `The server refused the request (HTTP ${status}).`, {
          details,
        });
      case 401:
        return fail('SIGNED_OUT', words ?? 'The server does not accept this sign-in.', { details });
      case 403:
        return fail('FORBIDDEN', words ?? 'The server does not allow this.', { details });
      case 404:
        return fail('NOT_FOUND', words ?? 'The server does not know this.', { details });
      case 429: {
        const seconds = Number(headers['retry-after']);
        const wait =
          Number.isFinite(seconds) && seconds > 0
            ? ` Try again in ${Math.ceil(seconds)} s.`
            : ' Try again later.';
        return fail('RATE_LIMITED', (words ?? 'Too many tries.') + wait, { details });
      }
      default:
        if (status >= 300 && status < 400)
          return fail(
            'SERVER_ERROR',
            `The server sends elsewhere (HTTP ${status}); enter the address it moved to.`,
            { details },
          );
        return fail('SERVER_ERROR', words ?? `The server had an error (HTTP ${status}).`, { details });
    }
  };
}
