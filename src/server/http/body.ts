import type { IncomingMessage } from 'node:http';
import type * as z from 'zod';
import { refuse, type Answer } from './answer.ts';

export type Parsed = { ok: true; value: unknown } | { ok: false; answer: Answer };

/**
 * Reads and checks a JSON body. Refusals: 415 other content types (a web page of another site can
 * post those without asking first), 413 too long, 422 not JSON or not of the schema's shape.
 */
export async function readBody(req: IncomingMessage, schema: z.ZodType, limit: number): Promise<Parsed> {
  const type = req.headers['content-type'];
  if (type !== undefined && !/^application\/([\w.+-]+\+)?json\b/i.test(type))
    return { ok: false, answer: refuse(415, 'Send the body as application/json.') };

  const text = await readText(req, limit);
  if (text === 'too_long') {
    const detail = `The request is too large: at most ${Math.floor(limit / 1024)} KB.`;
    return { ok: false, answer: refuse(413, detail, { connection: 'close' }) };
  }
  if (text === 'cut') return { ok: false, answer: refuse(400, 'The request ended before its body did.') };

  let json: unknown;
  try {
    json = text.trim() === '' ? undefined : JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const issue = { type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error' };
    return { ok: false, answer: refuse(422, [issue]) };
  }
  const checked = schema.safeParse(json);
  if (checked.success) return { ok: true, value: checked.data };
  return { ok: false, answer: refuse(422, validationDetail(checked.error, json, 'body')) };
}

/** FastAPI's list of `{type, loc, msg}`; the input itself is left out, since it may be a password. */
export function validationDetail(error: z.ZodError, input: unknown, where: 'body' | 'query'): unknown[] {
  return error.issues.map((issue) => {
    const missing = issue.code === 'invalid_type' && valueAt(input, issue.path) === undefined;
    return {
      type: missing ? 'missing' : issue.code === 'invalid_type' ? 'type_error' : 'value_error',
      loc: [where, ...issue.path.map((p) => (typeof p === 'symbol' ? String(p) : p))],
      msg: missing ? 'Field required' : issue.message,
    };
  });
}

/** Query parameters by a schema of strings; null stands for one that was checked and found wrong. */
export function readQuery<T>(
  query: URLSearchParams,
  schema: z.ZodType<T>,
): { ok: true; value: T } | { ok: false; answer: Answer } {
  const input = Object.fromEntries(query);
  const checked = schema.safeParse(input);
  if (checked.success) return { ok: true, value: checked.data };
  return { ok: false, answer: refuse(422, validationDetail(checked.error, input, 'query')) };
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

async function readText(req: IncomingMessage, limit: number): Promise<string> {
  const declared = Number(req.headers['content-length'] ?? 0);
  if (declared > limit) return 'too_long';
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    const finish = (text: string) => {
      req.off('data', onData);
      req.pause();
      resolve(text);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) return finish('too_long');
      chunks.push(chunk);
    };
    req.on('data', onData);
    req.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    req.once('close', () => resolve('cut'));
    req.once('error', () => resolve('cut'));
  });
}
