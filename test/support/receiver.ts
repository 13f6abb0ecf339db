import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  /** ms since epoch */
  at: number;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  url: (path?: string) => string;
  received: Received[];
  /** The next requests get these answers in turn, then 200 "ok" again. */
  answerWith: (
    ...answers: { status: number; headers?: Record<string, string>; body?: string; delayMs?: number }[]
  ) => void;
  /** Every request hangs until released. */
  hang: (hanging: boolean) => void;
  /** Resolves once `count` requests came in all; rejects after `timeoutMs`. */
  waitFor: (count: number, timeoutMs?: number) => Promise<Received[]>;
  /** Refuses connections until started again, on the same port. */
  stop: () => Promise<void>;
  start: () => Promise<void>;
}

/** A real incoming-webhook service on loopback that remembers what it got and answers as told. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let script: { status: number; headers?: Record<string, string>; body?: string; delayMs?: number }[] = [];
  let hanging = false;
  let port = 0;
  let server: Server | null = null;

  const respond = (res: ServerResponse): void => {
    if (hanging) return;
    const { status, headers, body, delayMs } = script.shift() ?? { status: 200, body: 'ok' };
    setTimeout(() => res.writeHead(status, headers).end(body ?? ''), delayMs ?? 0);
  };
  const start = async (): Promise<void> => {
    const next = createServer((req, res) => {
      const parts: Buffer[] = [];
      req.on('data', (part: Buffer) => parts.push(part));
      req.on('end', () => {
        received.push({
          at: Date.now(),
          path: req.url ?? '',
          headers: req.headers,
          body: Buffer.concat(parts).toString('utf8'),
        });
        respond(res);
      });
    });
    await new Promise<void>((done, failed) => {
      next.once('error', failed);
      next.listen(port, '127.0.0.1', done);
    });
    port = (next.address() as AddressInfo).port;
    server = next;
  };
  await start();

  return {
    url: (path = '/hook') => `http://127.0.0.1:${port}${path}`,
    received,
    answerWith: (...answers) => (script = answers),
    hang: (value) => (hanging = value),
    waitFor: async (count, timeoutMs = 10_000) => {
      const end = Date.now() + timeoutMs;
      while (received.length < count) {
        if (Date.now() > end)
          throw new Error(`${received.length} of ${count} requests came in ${timeoutMs} ms`);
        await new Promise((done) => setTimeout(done, 5));
      }
      return received.slice(0, count);
    },
    stop: async () => {
      const closing = server;
      server = null;
      closing?.closeAllConnections();
      await new Promise<void>((done) => (closing ? closing.close(() => done()) : done()));
    },
    start,
  };
}
