import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { memoryLog } from '../../src/main/log/memory-log.ts';
import { createServer, type HarkServer, type ServerOptions } from '../../src/server/server.ts';

/** Answers as they come: what is in them is what the tests are about. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

export interface Client {
  token: string | null;
  user: Json;
  get: (path: string) => Promise<Answer>;
  post: (path: string, body?: unknown) => Promise<Answer>;
  delete: (path: string, body?: unknown) => Promise<Answer>;
}

export interface TestServer extends HarkServer {
  dataDir: string;
  log: ReturnType<typeof memoryLog>;
  client: (token?: string | null) => Client;
  /** Signs up; the first one is admin. */
  signUp: (name: string) => Promise<Client>;
  /** Signs up and lets in; needs an admin. */
  addUser: (admin: Client, name: string) => Promise<Client>;
}

/** Cheap on purpose: the real cost is tested where it matters. */
const TEST_COST = { N: 1024, r: 8, p: 1 };

/** A backend on loopback with a folder of its own; both are gone after `close`. */
export async function startTestServer(
  options: Partial<ServerOptions> & { keepData?: boolean } = {},
): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'hark-server-')));
  const log = memoryLog();
  const started = await createServer({ log, places: [], passwordCost: TEST_COST, ...options, dataDir });
  if (!started.ok) throw new Error(started.error.message);
  const server = started.data;
  const client = (token: string | null = null, user: Json = null): Client => {
    const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
      const res = await fetch(server.url + path, {
        method,
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await res.text();
      return { status: res.status, headers: res.headers, body: text === '' ? null : parse(text) };
    };
    return {
      token,
      user,
      get: (path) => call('GET', path),
      post: (path, body) => call('POST', path, body),
      delete: (path, body) => call('DELETE', path, body),
    };
  };
  const signUp = async (name: string): Promise<Client> => {
    const answer = await client().post('/api/v1/auths/signup', {
      name,
      email: `${name.toLowerCase()}@example.com`,
      password: `password of ${name}`,
    });
    if (answer.status !== 200) throw new Error(`sign-up failed: ${JSON.stringify(answer.body)}`);
    return client(answer.body.token, answer.body);
  };
  return {
    ...server,
    dataDir,
    log,
    client,
    signUp,
    addUser: async (admin, name) => {
      const added = await admin.post('/api/v1/auths/add', {
        name,
        email: `${name.toLowerCase()}@example.com`,
        password: `password of ${name}`,
        role: 'user',
      });
      return client(added.body.token, added.body);
    },
    close: async () => {
      await server.close();
      if (!options.keepData) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text; // an event stream
  }
}

export interface EventLog {
  socket: Socket;
  events: { chat_id: string; message_id: string | null; type: string; data: Json }[];
  /** Resolves once an event passes the test. */
  until: (
    test: (event: EventLog['events'][number]) => boolean,
    timeoutMs?: number,
  ) => Promise<EventLog['events'][number]>;
  joined: Json;
}

/** Joins the event stream as the official client does and keeps what comes. */
export async function joinEvents(server: HarkServer, token: string | null): Promise<EventLog> {
  const socket = io(server.url, {
    path: '/ws/socket.io',
    transports: ['websocket'],
    auth: { token },
    forceNew: true,
    reconnection: false,
  });
  const events: EventLog['events'] = [];
  const waiting = new Set<() => void>();
  socket.on('events', (event: Json) => {
    events.push({
      chat_id: event.chat_id,
      message_id: event.message_id,
      type: event.data.type,
      data: event.data.data,
    });
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('connect_error', reject);
  });
  const joined: Json = await socket.timeout(2000).emitWithAck('user-join', { auth: { token } });
  return {
    socket,
    events,
    joined,
    until: (test, timeoutMs = 5000) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = events.find(test);
          if (!found) return;
          waiting.delete(look);
          clearTimeout(timer);
          resolve(found);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no such event; came: ${events.map((e) => e.type).join(', ')}`));
        }, timeoutMs);
        waiting.add(look);
        look();
      }),
  };
}
