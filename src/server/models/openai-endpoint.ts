import type { IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';
import * as z from 'zod';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { Completion, CompletionRequest, JsonObject, ModelPiece } from './model-source.ts';
import { faultWords, readWhole, UpstreamFault, type UpstreamHttp } from './upstream-http.ts';

export interface Endpoint {
  /** Base URL with /v1, without a trailing slash. */
  url: string;
  key: string | null;
}

const CONNECT_MS = 10_000;
const MAX_WHOLE = 64 * 1024 * 1024;
const MAX_ERROR = 65_536;

const modelList = z.object({
  data: z.array(
    z.looseObject({
      id: z.string().min(1).max(500),
      name: z.string().nullish(),
      created: z.number().nullish(),
    }),
  ),
});
export type ListedModel = z.infer<typeof modelList>['data'][number];

/** GET /models of an OpenAI-compatible endpoint. Errors: UNREACHABLE, REFUSED (key), SERVER_ERROR. */
export async function listModels(
  http: UpstreamHttp,
  endpoint: Endpoint,
  timeoutMs: number,
): Promise<Result<ListedModel[]>> {
  const url = new URL(`${endpoint.url}/models`);
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const res = await http.send({
      url: url.href,
      method: 'GET',
      key: endpoint.key,
      signal,
      connectMs: timeoutMs,
    });
    const text = await readWhole(res, url, MAX_WHOLE);
    const status = res.statusCode ?? 0;
    if (status < 200 || status >= 300) {
      const words = refusalWords(status, text, url);
      return fail(status === 401 || status === 403 ? 'REFUSED' : 'SERVER_ERROR', words, {
        details: { status },
      });
    }
    const parsed = modelList.safeParse(parseJson(text));
    if (parsed.success) return ok(parsed.data.data);
    return fail(
      'SERVER_ERROR',
      `${url.host} answers, but not with a list of models. The address usually ends in /v1.`,
    );
  } catch (error) {
    if (error instanceof UpstreamFault) return fail('UNREACHABLE', error.message);
    if (isAbort(error)) return fail('UNREACHABLE', `${url.host} did not answer in time.`);
    throw error;
  }
}

/** POST /chat/completions of an OpenAI-compatible endpoint. The answer's content type decides how it is read. */
export async function complete(
  http: UpstreamHttp,
  endpoint: Endpoint,
  request: CompletionRequest,
  signal: AbortSignal,
): Promise<Completion> {
  const url = new URL(`${endpoint.url}/chat/completions`);
  const options = { url: url.href, method: 'POST' as const, key: endpoint.key, body: request, signal };
  try {
    const res = await http.send({ ...options, connectMs: CONNECT_MS });
    const status = res.statusCode ?? 0;
    if (status < 200 || status >= 300) {
      const text = await readWhole(res, url, MAX_ERROR).catch(() => '');
      const wait = Number(res.headers['retry-after']);
      return {
        kind: 'refused',
        status: passedOn(status),
        words: refusalWords(status, text, url),
        ...(Number.isFinite(wait) && wait > 0 ? { retryAfterSeconds: Math.ceil(wait) } : {}),
      };
    }
    if (/text\/event-stream/i.test(res.headers['content-type'] ?? ''))
      return { kind: 'stream', pieces: readStream(res, url, signal) };

    const body = parseJson(await readWhole(res, url, MAX_WHOLE));
    if (!isObject(body))
      return { kind: 'refused', status: 502, words: `${url.host} sent an answer that is no JSON.` };
    const failure = errorWords(body);
    return failure === null ? { kind: 'whole', body } : { kind: 'refused', status: 502, words: failure };
  } catch (error) {
    if (error instanceof UpstreamFault) return { kind: 'refused', status: 502, words: error.message };
    if (isAbort(error)) return { kind: 'stream', pieces: nothing() };
    throw error;
  }
}

/** Chunks of an event stream. Comments and frames that are no JSON are passed over, as clients do. */
async function* readStream(res: IncomingMessage, url: URL, signal: AbortSignal): AsyncGenerator<ModelPiece> {
  let frames: string[] = [];
  const parser = createParser({ onEvent: (event) => frames.push(event.data) });
  const decoder = new TextDecoder();
  let finished = false;
  try {
    for await (const bytes of res as AsyncIterable<Buffer>) {
      parser.feed(decoder.decode(bytes, { stream: true }));
      const batch = frames;
      frames = [];
      for (const data of batch) {
        if (data.trim() === '[DONE]') return;
        const chunk = parseJson(data);
        if (!isObject(chunk)) continue;
        const failure = errorWords(chunk);
        if (failure !== null) {
          yield { error: failure };
          return;
        }
        if (hasFinished(chunk)) finished = true;
        yield { chunk };
      }
    }
    // Some servers leave out [DONE]; without a finish reason either, the answer was cut short.
    if (!finished && !signal.aborted) yield { error: cutWords(url) };
  } catch (error) {
    if (!signal.aborted)
      yield {
        error:
          (error as NodeJS.ErrnoException).code === 'ECONNRESET' ? cutWords(url) : faultWords(error, url),
      };
  } finally {
    res.destroy();
  }
}

const cutWords = (url: URL): string => `${url.host} closed the connection before the answer was complete.`;

async function* nothing(): AsyncGenerator<ModelPiece> {
  // Stopped before the first word.
}

/** Statuses worth passing on; an endpoint's 401 must not look like the caller's own session ending. */
const passedOn = (status: number): number => ([400, 404, 413, 422, 429].includes(status) ? status : 502);

/** Words for an HTTP error: the endpoint's own where it has some, after what the status means. */
export function refusalWords(status: number, text: string, url: URL): string {
  const parsed = parseJson(text);
  const own = isObject(parsed) ? errorWords(parsed) : null;
  const says = own ? ` It says: ${own}` : '';
  if (status === 401 || status === 403) return `${url.host} refused the API key (HTTP ${status}).${says}`;
  if (status === 429)
    return `${url.host} asks to wait: too many requests or the quota is used up (HTTP 429).${says}`;
  if (status === 404) return `${url.host} does not know this model or address (HTTP 404).${says}`;
  if (status >= 300 && status < 400)
    return `${url.host} redirects elsewhere (HTTP ${status}): enter the final address.`;
  if (status >= 500) return `${url.host} had an error of its own (HTTP ${status}).${says}`;
  return own ?? `${url.host} refused the request (HTTP ${status}).`;
}

/** The words of `{"error": …}` or `{"detail": …}`; null when there are none and choices follow. */
function errorWords(body: JsonObject): string | null {
  const error = body.error ?? (body.choices === undefined ? body.detail : undefined);
  if (error === undefined || error === null) return null;
  const message = isObject(error) ? (error.message ?? error.detail) : error;
  return (typeof message === 'string' ? message : JSON.stringify(error)).slice(0, 2000);
}

function hasFinished(chunk: JsonObject): boolean {
  const choices = chunk.choices;
  return Array.isArray(choices) && choices.some((c) => isObject(c) && typeof c.finish_reason === 'string');
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isAbort = (error: unknown): boolean =>
  error instanceof Error && ['AbortError', 'TimeoutError', 'ABORT_ERR'].includes(error.name);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
