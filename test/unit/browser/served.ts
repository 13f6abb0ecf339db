import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { createAccess, type Access } from '../../../src/main/browser/access.ts';
import { loadPages } from '../../../src/main/browser/pages.ts';
import { startHostServer, type HostServer } from '../../../src/main/browser/server.ts';
import { createPageWindows, type PageWindows } from '../../../src/main/browser/windows.ts';
import { memoryLog } from '../../../src/main/log/memory-log.ts';
import type { IpcContext, WindowSignal } from '../../../src/main/ports.ts';
import { ok, type Result } from '../../../src/shared/result.ts';
import { FakeClock } from '../../support/fake-clock.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Served {
  server: HostServer;
  access: Access;
  windows: PageWindows;
  clock: FakeClock;
  log: ReturnType<typeof memoryLog>;
  admin: { allowed: boolean };
  /** Requests that reached the App, with who asked. */
  calls: { ctx: IpcContext; route: string; input: unknown }[];
  /** What the App does with a request; default echoes the input. */
  handle: { run: (route: string, input: unknown) => Promise<Result<unknown>> };
  signals: WindowSignal[];
  closed: string[];
  /** The path goes out as it is: nothing is decoded or normalised. */
  http: (path: string, options?: { method?: string; headers?: Record<string, string> }) => Promise<Answer>;
  /** A session cookie, got as a browser gets it. */
  signIn: () => Promise<string>;
  /** A page's window token. */
  token: (role: string, cookie: string) => Promise<string>;
  connect: (options: {
    token?: string;
    cookie?: string;
    origin?: string | null;
    host?: string;
    path?: string;
  }) => Line;
  stop: () => Promise<void>;
}

/** A page's end of the bridge. */
export interface Line {
  socket: WebSocket;
  frames: Record<string, unknown>[];
  send: (frame: unknown) => void;
  /** Resolves with the frame that passes, once it came. */
  frame: (test: (frame: Record<string, unknown>) => boolean) => Promise<Record<string, unknown>>;
  /** Close code, or the HTTP status that refused the upgrade. */
  ended: Promise<number>;
}

export const SECRET_FILE = 'outside the renderer';

/** The real HTTP server over a fake App and a fake clock, with a renderer folder of three pages. */
export async function serve(): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'hark-served-'));
  const renderer = join(folder, 'renderer');
  for (const role of ['chat', 'settings', 'admin']) {
    mkdirSync(join(renderer, role), { recursive: true });
    writeFileSync(
      join(renderer, role, 'index.html'),
      `<!doctype html><html><head><title>${role}</title></head></html>`,
    );
  }
  mkdirSync(join(renderer, 'assets'));
  writeFileSync(join(renderer, 'assets', 'chat-abc.js'), 'export {};');
  writeFileSync(join(renderer, 'theme.js'), '0;');
  writeFileSync(join(folder, 'secret.json'), SECRET_FILE);

  const clock = new FakeClock();
  const log = memoryLog();
  const pages = loadPages(renderer);
  if (!pages.ok) throw new Error(pages.error.message);
  const access = createAccess(clock);
  const admin = { allowed: false };
  const calls: Served['calls'] = [];
  const handle: Served['handle'] = { run: async (_route, input) => ok(input) };
  const signals: WindowSignal[] = [];
  const closed: string[] = [];
  let origin = '';
  const windows = createPageWindows({
    clock,
    origin: () => origin,
    listener: () => ({
      windowChanged: (signal) => void signals.push(signal),
      windowClosed: (id) => void closed.push(id),
    }),
    openFolder: async () => false,
  });
  const started = await startHostServer({
    port: 0,
    pages: pages.data,
    access,
    windows,
    clock,
    log,
    app: {
      handle: async (ctx, route, input) => {
        calls.push({ ctx, route, input });
        return handle.run(route, input);
      },
      windowAllowed: async (role) => role !== 'admin' || admin.allowed,
    },
  });
  if (!started.ok) throw new Error(started.error.message);
  const server = started.data;
  origin = server.origin;
  const sockets: WebSocket[] = [];

  const http: Served['http'] = (path, { method = 'GET', headers = {} } = {}) =>
    new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: server.port, path, method, headers, agent: false },
        (answer) => {
          let body = '';
          answer.setEncoding('utf8').on('data', (part: string) => (body += part));
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
        },
      );
      sent.on('error', reject).end();
    });

  return {
    server,
    access,
    windows,
    clock,
    log,
    admin,
    calls,
    handle,
    signals,
    closed,
    http,
    signIn: async () => {
      const answer = await http(server.openUrl().slice(server.origin.length));
      return answer.headers['set-cookie']![0]!.split(';')[0]!;
    },
    token: async (role, cookie) => {
      const { body } = await http(`/${role}/`, { headers: { cookie } });
      return /<meta name="hark-window" content="([^"]+)">/.exec(body)![1]!;
    },
    connect: ({ token = '', cookie, origin: from = origin, host, path = '/bridge' }) => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}?window=${token}`, {
        headers: {
          ...(cookie ? { cookie } : {}),
          ...(from === null ? {} : { origin: from }),
          ...(host ? { host } : {}),
        },
      });
      sockets.push(socket);
      const frames: Record<string, unknown>[] = [];
      const waiting = new Set<() => void>();
      socket.on('message', (data: Buffer) => {
        frames.push(JSON.parse(data.toString()) as Record<string, unknown>);
        for (const check of waiting) check();
      });
      const ended = new Promise<number>((resolve) => {
        socket.on('unexpected-response', (_request, answer) => {
          resolve(answer.statusCode ?? 0);
          socket.terminate();
        });
        socket.on('close', (code) => resolve(code));
        socket.on('error', () => undefined);
      });
      return {
        socket,
        frames,
        ended,
        send: (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
        frame: (test) =>
          new Promise((resolve) => {
            const check = (): void => {
              const found = frames.find(test);
              if (!found) return;
              waiting.delete(check);
              resolve(found);
            };
            waiting.add(check);
            check();
          }),
      };
    },
    stop: async () => {
      for (const socket of sockets) socket.terminate();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const hello = (frame: Record<string, unknown>): boolean => frame['t'] === 'hello';
