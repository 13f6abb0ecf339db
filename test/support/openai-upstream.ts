import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How the endpoint answers one completion request. */
export type UpstreamScript =
  /** Server-sent events: one frame per piece. */
  | {
      kind: 'stream';
      pieces: string[];
      /** ms before each piece; 0 sends them in one burst. */
      everyMs?: number;
      /** Thinking sent as reasoning_content before the pieces. */
      thinking?: string[];
      /** Ends with an error frame in place of a finish reason. */
      errorFrame?: unknown;
      /** Breaks the connection off after the pieces. */
      cut?: boolean;
      /** Sends the finish reason but no [DONE]. */
      noDone?: boolean;
      usage?: Record<string, number>;
    }
  /** One JSON body, whatever was asked for. */
  | { kind: 'json'; text: string; status?: number }
  | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string>; raw?: string }
  /** Never answers. */
  | { kind: 'silent' };

export interface UpstreamRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
  /** Set once the caller hung up before the end. */
  aborted: boolean;
}

export interface OpenAiUpstream {
  /** Base URL with /v1. */
  url: string;
  /** Completion requests, in order. */
  requests: UpstreamRequest[];
  /** Used for the next requests, the last one again and again. */
  script: (...steps: UpstreamScript[]) => void;
  setModels: (ids: string[]) => void;
  /** Requests without this key are refused with 401; null takes any. */
  requireKey: (key: string | null) => void;
  close: () => Promise<void>;
}

/** An OpenAI-compatible endpoint on loopback that answers by script. */
export async function startOpenAiUpstream(models: string[] = ['small-model']): Promise<OpenAiUpstream> {
  let steps: UpstreamScript[] = [{ kind: 'stream', pieces: ['Hello', ' there.'] }];
  let offered = models;
  let key: string | null = null;
  const requests: UpstreamRequest[] = [];

  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const path = req.url ?? '';
      if (key !== null && req.headers.authorization !== `Bearer ${key}`)
        return json(res, 401, {
          error: { message: 'Incorrect API key provided', type: 'invalid_request_error' },
        });
      if (path === '/v1/models')
        return json(res, 200, {
          object: 'list',
          data: offered.map((id) => ({ id, object: 'model', created: 1, owned_by: 'test' })),
        });
      if (path !== '/v1/chat/completions') return json(res, 404, { error: { message: 'no such path' } });
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
      const request: UpstreamRequest = { path, headers: req.headers, body, aborted: false };
      requests.push(request);
      res.on('close', () => (request.aborted = !res.writableFinished));
      const step = (steps.length > 1 ? steps.shift() : steps[0]) ?? { kind: 'silent' };
      void play(step, body, res);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    script: (...next) => (steps = next),
    setModels: (ids) => (offered = ids),
    requireKey: (next) => (key = next),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function json(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers });
  res.end(JSON.stringify(body));
}

async function play(step: UpstreamScript, body: Record<string, unknown>, res: ServerResponse): Promise<void> {
  switch (step.kind) {
    case 'silent':
      return;
    case 'status':
      if (step.raw !== undefined) {
        res.writeHead(step.status, { 'content-type': 'text/html', ...step.headers });
        res.end(step.raw);
        return;
      }
      return json(
        res,
        step.status,
        step.body ?? { error: { message: `status ${step.status}` } },
        step.headers,
      );
    case 'json':
      return json(res, step.status ?? 200, {
        id: 'chatcmpl-test',
        object: 'chat.completion',
        model: body.model,
        choices: [{ index: 0, message: { role: 'assistant', content: step.text }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
      });
    case 'stream': {
      if (body.stream !== true) return play({ kind: 'json', text: step.pieces.join('') }, body, res);
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.flushHeaders();
      const frame = (choice: Record<string, unknown>) =>
        res.write(
          `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: body.model, choices: [{ index: 0, ...choice }] })}\n\n`,
        );
      res.write(': a comment\n\n');
      for (const thought of step.thinking ?? [])
        frame({ delta: { reasoning_content: thought }, finish_reason: null });
      for (const content of step.pieces) {
        if (step.everyMs) await sleep(step.everyMs);
        if (res.destroyed) return;
        frame({ delta: { content }, finish_reason: null });
      }
      if (step.cut) {
        await sleep(20);
        res.socket?.resetAndDestroy();
        return;
      }
      if (step.errorFrame !== undefined) {
        res.end(`data: ${JSON.stringify({ error: step.errorFrame })}\n\n`);
        return;
      }
      frame({ delta: {}, finish_reason: 'stop' });
      if (step.usage) res.write(`data: ${JSON.stringify({ choices: [], usage: step.usage })}\n\n`);
      res.end(step.noDone ? '' : 'data: [DONE]\n\n');
    }
  }
}
