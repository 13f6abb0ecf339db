import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPEN_TOKEN_LIFE_MS } from '../../../src/main/browser/access.ts';
import { hello, SECRET_FILE, serve, type Served } from './served.ts';

let host: Served;
beforeEach(async () => {
  host = await serve();
});
afterEach(() => host.stop());

const openPath = (): string => host.server.openUrl().slice(host.server.origin.length);

describe('who is let in', () => {
  it('knows nobody without the cookie, whatever is asked for', async () => {
    for (const path of [
      '/',
      '/chat/',
      '/settings/',
      '/admin/',
      '/theme.js',
      '/assets/chat-abc.js',
      '/nothing',
    ]) {
      const answer = await host.http(path);
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.body).not.toContain('hark-window');
    }
  });

  it('gives a strict, script-proof cookie for a one-time token, and goes to the chat', async () => {
    const answer = await host.http(openPath());
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/chat/');
    const [cookie] = answer.headers['set-cookie']!;
    expect(cookie).toMatch(new RegExp(`^hark-${host.server.port}=[\\w-]{43}; `));
    expect(cookie!.split('; ').slice(1).sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict']);
  });

  it('takes a token once', async () => {
    const path = openPath();
    await host.http(path);
    const again = await host.http(path);
    expect(again.status).toBe(403);
    expect(again.headers['set-cookie']).toBeUndefined();
  });

  it('lets the browser that used the token reload its address', async () => {
    const path = openPath();
    const cookie = (await host.http(path)).headers['set-cookie']![0]!.split(';')[0]!;
    expect((await host.http(path, { headers: { cookie } })).status).toBe(303);
  });

  it.each([
    [OPEN_TOKEN_LIFE_MS - 1, 303],
    [OPEN_TOKEN_LIFE_MS, 403],
  ])('after %d ms a token gives %d', async (ms, status) => {
    const path = openPath();
    host.clock.advance(ms);
    expect((await host.http(path)).status).toBe(status);
  });

  it.each(['/open', '/open?token=', '/open?token=guess', '/open?token[]=x'])('refuses %s', async (path) => {
    openPath();
    expect((await host.http(path)).status).toBe(403);
  });

  it('is not used up by a browser that fetches ahead', async () => {
    const path = openPath();
    expect((await host.http(path, { headers: { 'sec-purpose': 'prefetch;prerender' } })).status).toBe(503);
    expect((await host.http(path)).status).toBe(303);
  });

  it.each([
    ['another value', (port: number) => `hark-${port}=${'x'.repeat(43)}`],
    ['an empty value', (port: number) => `hark-${port}=`],
    ['the cookie of another port', (port: number, right: string) => right.replace(`${port}`, `${port + 1}`)],
    ['a longer name', (_port: number, right: string) => `x${right}`],
  ])('refuses %s', async (_name, make) => {
    const right = await host.signIn();
    const cookie = make(host.server.port, right);
    expect((await host.http('/chat/', { headers: { cookie } })).status).toBe(403);
    expect((await host.http('/chat/', { headers: { cookie: `${cookie}; ${right}` } })).status).toBe(
      cookie.startsWith(`hark-${host.server.port}=`) ? 403 : 200,
    );
  });
});

describe('where requests come from', () => {
  it.each(['localhost', 'evil.example', '127.0.0.1', '127.0.0.1:1', '[::1]', '127.0.0.1.evil.example'])(
    'refuses the host name %s, as a rebound name would be',
    async (name) => {
      const cookie = await host.signIn();
      for (const path of ['/chat/', '/theme.js', openPath()]) {
        const answer = await host.http(path, { headers: { cookie, host: name } });
        expect(answer.status).toBe(421);
        expect(answer.headers['set-cookie']).toBeUndefined();
      }
      expect(await host.connect({ cookie, host: name, token: 'x' }).ended).toBe(403);
    },
  );

  it.each(['http://evil.example', 'null', 'http://127.0.0.1', 'http://localhost:1', 'https://127.0.0.1'])(
    'refuses the origin %s, with the right cookie',
    async (origin) => {
      const cookie = await host.signIn();
      const token = await host.token('chat', cookie);
      expect((await host.http('/chat/', { headers: { cookie, origin } })).status).toBe(403);
      expect(await host.connect({ cookie, token, origin }).ended).toBe(403);
    },
  );

  it('takes a WebSocket from its own origin and with the cookie alone', async () => {
    const cookie = await host.signIn();
    const token = await host.token('chat', cookie);
    expect(await host.connect({ cookie, token, origin: null }).ended).toBe(403);
    expect(await host.connect({ token }).ended).toBe(403);
    expect(await host.connect({ cookie, token, path: '/elsewhere' }).ended).toBe(403);
    expect(host.calls).toEqual([]);
    await host.connect({ cookie, token }).frame(hello);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    const cookie = await host.signIn();
    const answer = await host.http('/chat/', { method, headers: { cookie } });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD');
  });
});

describe('a later start of Hark', () => {
  const ask = (headers: Record<string, string>, method = 'POST') =>
    host.http('/instance/open', { method, headers });

  it('gets a fresh address for the secret in the lock file', async () => {
    const answer = await ask({ authorization: `Bearer ${host.access.instanceSecret}` });
    expect(answer.status).toBe(200);
    const { url } = JSON.parse(answer.body) as { url: string };
    expect((await host.http(url.slice(host.server.origin.length))).status).toBe(303);
  });

  it('gets none otherwise', async () => {
    const right = { authorization: `Bearer ${host.access.instanceSecret}` };
    const cookie = await host.signIn();
    expect((await ask({})).status).toBe(403);
    expect((await ask({ authorization: 'Bearer guess' })).status).toBe(403);
    expect((await ask({ cookie })).status).toBe(403);
    // A page, even our own, is no start of Hark.
    expect((await ask({ ...right, origin: host.server.origin })).status).toBe(403);
    expect((await ask({ ...right, cookie }, 'GET')).status).toBe(404);
  });
});

describe('what is served', () => {
  it('sends the same strict headers with every answer', async () => {
    const cookie = await host.signIn();
    const at = `127.0.0.1:${host.server.port}`;
    for (const [path, headers] of [
      ['/chat/', { cookie }],
      ['/theme.js', { cookie }],
      ['/nothing', { cookie }],
      ['/chat/', {}],
      ['/chat/', { host: 'evil.example' }],
      [openPath(), {}],
    ] as [string, Record<string, string>][]) {
      const answer = await host.http(path, { headers });
      expect(String(answer.headers['content-security-policy']).split('; ').sort()).toEqual(
        [
          "base-uri 'none'",
          `connect-src 'self' ws://${at}`,
          "default-src 'none'",
          "font-src 'self'",
          "form-action 'none'",
          "frame-ancestors 'none'",
          "img-src 'self' data: blob:",
          "media-src 'self'",
          "script-src 'self'",
          "style-src 'self'",
        ].sort(),
      );
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
    }
  });

  it('never stores a page, and keeps what carries a hash in its name', async () => {
    const cookie = await host.signIn();
    const caching = async (path: string) =>
      (await host.http(path, { headers: { cookie } })).headers['cache-control'];
    expect(await caching('/chat/')).toBe('no-store');
    expect(await caching('/assets/chat-abc.js')).toContain('immutable');
    expect(await caching('/theme.js')).toBe('no-cache');
  });

  it.each([
    '/../secret.json',
    '/chat/../../secret.json',
    '/..%2fsecret.json',
    '/%2e%2e/secret.json',
    '/assets/..%5c..%5csecret.json',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.json',
    '//secret.json',
    '/\\..\\secret.json',
    '/theme.js%00.html',
    '/assets',
    '/assets/',
    '/chat/index.htm',
    '/CHAT/',
    '/__proto__/',
    '/constructor',
  ])('finds nothing at %s', async (path) => {
    const cookie = await host.signIn();
    const answer = await host.http(path, { headers: { cookie } });
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain(SECRET_FILE);
  });

  it('gives no answer that reflects the address', async () => {
    const cookie = await host.signIn();
    const answer = await host.http('/<script>alert(1)</script>', { headers: { cookie } });
    expect(answer.body).not.toContain('<script>alert');
  });

  it('sends no page to HEAD and makes no window for it', async () => {
    const cookie = await host.signIn();
    const answer = await host.http('/chat/', { method: 'HEAD', headers: { cookie } });
    expect([answer.status, answer.body]).toEqual([200, '']);
  });
});

describe('windows and their roles', () => {
  it('gives every page a token of its own', async () => {
    const cookie = await host.signIn();
    const tokens = [
      await host.token('chat', cookie),
      await host.token('chat', cookie),
      await host.token('settings', cookie),
    ];
    expect(new Set(tokens).size).toBe(3);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
  });

  it('serves the admin page to an admin’s browser alone', async () => {
    const cookie = await host.signIn();
    const refused = await host.http('/admin/', { headers: { cookie } });
    expect(refused.status).toBe(403);
    expect(refused.body).not.toContain('hark-window');
    expect((await host.http('/admin/index.html', { headers: { cookie } })).status).toBe(403);
    host.admin.allowed = true;
    expect((await host.http('/admin/', { headers: { cookie } })).status).toBe(200);
  });

  it.each(['empty', 'iframe', 'script', 'image'])(
    'serves no page to be read by another one (Sec-Fetch-Dest: %s)',
    async (destination) => {
      host.admin.allowed = true;
      const cookie = await host.signIn();
      const answer = await host.http('/admin/', { headers: { cookie, 'sec-fetch-dest': destination } });
      expect(answer.status).toBe(403);
      expect(answer.body).not.toContain('hark-window');
    },
  );

  it.each(['chat', 'settings', 'admin'] as const)('binds a line to the role %s of its page', async (role) => {
    host.admin.allowed = true;
    const cookie = await host.signIn();
    const line = host.connect({ cookie, token: await host.token(role, cookie) });
    await line.frame(hello);
    // What a page says of its own role or id is not heard.
    line.send({ t: 'req', id: 1, route: 'admin.list_users', input: { role: 'admin', windowId: 'mine' } });
    await line.frame((frame) => frame['t'] === 'res');
    expect(host.calls).toHaveLength(1);
    expect(host.calls[0]!.ctx.role).toBe(role);
    expect(host.calls[0]!.ctx.windowId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('closes a line whose token it never gave', async () => {
    const cookie = await host.signIn();
    for (const token of ['', 'guess', host.access.session])
      expect(await host.connect({ cookie, token }).ended).toBe(4401);
  });
});
