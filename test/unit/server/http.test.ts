import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuard } from '../../../src/server/http/guard.ts';
import { answer } from '../../../src/server/http/answer.ts';
import { createRouter, route } from '../../../src/server/http/router.ts';
import { startTestServer, type Client, type TestServer } from '../../support/hark-server.ts';

let server: TestServer;
let ada: Client;
beforeAll(async () => {
  server = await startTestServer({ allowedHosts: ['hark.lan'] });
  ada = await server.signUp('Ada');
});
afterAll(() => server.close());

/** node:http, since fetch does not let a caller choose Host or Origin. */
const raw = (options: {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer[];
}) =>
  new Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }>(
    (resolve, reject) => {
      const req = request(
        {
          host: '127.0.0.1',
          port: server.port,
          method: options.method ?? 'GET',
          path: options.path,
          headers: options.headers ?? {},
        },
        (res) => {
          let body = '';
          res.on('data', (chunk: Buffer) => (body += chunk.toString()));
          res.on('end', () => resolve({ status: res.statusCode ?? 0, body, headers: res.headers }));
        },
      );
      req.on('error', reject);
      if (Array.isArray(options.body)) for (const chunk of options.body) req.write(chunk);
      else if (options.body) req.write(options.body);
      req.end();
    },
  );
const authorized = () => ({ authorization: `Bearer ${ada.token ?? ''}`, 'content-type': 'application/json' });

describe('who may ask', () => {
  it.each([
    ['a rebound name', { host: 'evil.example:80' }, 403],
    ['a name that only looks local', { host: 'localhost.evil.example' }, 403],
    ['no sane host', { host: '@' }, 403],
    ['another page', { origin: 'https://evil.example' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['another port of this computer', { origin: 'http://127.0.0.1:1' }, 403],
    ['loopback by name', { host: 'localhost:1234' }, 200],
    ['an IPv6 literal', { host: '[::1]:1234' }, 200],
    ['an allowed name', { host: 'hark.lan' }, 200],
    ['a page at an allowed name', { host: 'hark.lan', origin: 'https://hark.lan' }, 200],
  ])('%s', async (_who, headers, status) => {
    const answer = await raw({ path: '/health', headers: headers });
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('guards the event stream as well', async () => {
    const polling = '/ws/socket.io/?EIO=4&transport=polling';
    expect((await raw({ path: polling, headers: { host: 'evil.example' } })).status).toBe(403);
    expect((await raw({ path: polling, headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect((await raw({ path: polling })).status).toBe(200);
  });

  it('takes a page at the server itself, whatever port', () => {
    const guard = createGuard({ bound: '127.0.0.1', allowed: [] });
    expect(guard({ host: '127.0.0.1:9000', origin: 'http://127.0.0.1:9000' })).toBeNull();
    expect(guard({ host: '127.0.0.1:9000', origin: 'http://localhost:9000' })).not.toBeNull();
  });
});

describe('what may be sent', () => {
  it('refuses a form-like body, which any web page may post without asking', async () => {
    const body = JSON.stringify({ name: 'Eve', email: 'eve@example.com', password: 'long enough' });
    const sent = await raw({
      method: 'POST',
      path: '/api/v1/auths/signup',
      headers: { 'content-type': 'text/plain' },
      body,
    });
    expect(sent.status).toBe(415);
  });

  it.each([
    ['announced', { 'content-length': String(3 * 1024 * 1024) }, 'x'],
    [
      'in chunks',
      { 'transfer-encoding': 'chunked' },
      Array.from({ length: 40 }, () => Buffer.alloc(64 * 1024, 32)),
    ],
  ])('refuses a body over 1 MB, %s, with words and not by hanging up', async (_how, headers, body) => {
    const answer = await raw({
      method: 'POST',
      path: '/api/v1/users/user/settings/update',
      headers: { ...authorized(), ...headers },
      body: body,
    });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toEqual({ detail: expect.stringContaining('too large') });
  });

  it('takes a chat of several MB', async () => {
    const messages = {
      m: { id: 'm', role: 'user', parentId: null, childrenIds: [], content: 'x'.repeat(3_000_000) },
    };
    const made = await ada.post('/api/v1/chats/new', {
      chat: { title: 'Large', history: { currentId: 'm', messages } },
    });
    expect(made.status).toBe(200);
    expect(
      (await ada.get(`/api/v1/chats/${made.body.id}`)).body.chat.history.messages.m.content,
    ).toHaveLength(3_000_000);
  });

  it.each([
    ['broken JSON', '{"ui":', 422],
    ['a list in place of an object', '[]', 422],
    ['nothing', '', 422],
    ['null', 'null', 422],
  ])('answers 422 in FastAPI’s shape to %s', async (_what, body, status) => {
    const answer = await raw({
      method: 'POST',
      path: '/api/v1/users/update/role',
      headers: authorized(),
      body,
    });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body).detail[0]).toMatchObject({
      loc: expect.arrayContaining(['body']),
      msg: expect.any(String),
    });
  });

  it('answers the next request on the same connection after a refusal', async () => {
    for (let i = 0; i < 3; i += 1) {
      expect((await ada.post('/api/v1/users/update/role', { id: 1 })).status).toBe(422);
      const next = await ada.get('/health');
      expect(next.body).toEqual({ status: true });
      expect(next.headers.get('connection')).toBe('keep-alive');
    }
  });

  it('lets a client go that never finishes its headers', async () => {
    const slow = await startTestServer({ timeouts: { headersMs: 300, requestMs: 400 } });
    const socket = connect(slow.port, '127.0.0.1');
    socket.write('GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) => {
      socket.on('close', () => resolve());
      socket.resume();
    });
    await slow.close();
  });
});

describe('routes', () => {
  it.each([
    ['GET', '/api/v1/nothing', 404],
    ['GET', '/', 404],
    ['PUT', '/health', 405],
    ['OPTIONS', '/api/config', 405],
    ['GET', '/api/v1/chats/%E0%A4%A', 404],
    ['GET', '/health/', 200],
    ['GET', '/api/v1/chats', 200],
  ])('%s %s is %i', async (method, path, status) => {
    const answer = await raw({ method, path, headers: authorized() });
    expect(answer.status).toBe(status);
    if (status >= 400) expect(JSON.parse(answer.body)).toHaveProperty('detail');
  });

  it('prefers a literal segment to a parameter, in whatever order they are listed', () => {
    const make = (path: string) =>
      route({ method: 'GET', path, access: 'anyone', handle: () => answer(path) });
    for (const paths of [
      ['/c/:id', '/c/pinned'],
      ['/c/pinned', '/c/:id'],
    ]) {
      const match = createRouter(paths.map(make));
      const found = match('GET', '/c/pinned');
      expect(found.found === 'route' && found.route.segments).toEqual(['c', 'pinned']);
      const other = match('GET', '/c/a%2Fb');
      expect(other.found === 'route' && other.params).toEqual({ id: 'a/b' });
    }
  });
});
