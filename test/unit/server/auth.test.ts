import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/clock.ts';
import { joinEvents, startTestServer, type TestServer } from '../../support/hark-server.ts';

let server: TestServer;
afterEach(() => server.close());

const credentials = (name: string) => ({ email: `${name}@example.com`, password: `password of ${name}` });

describe('sign-up', () => {
  it('makes the first account admin and ends onboarding', async () => {
    server = await startTestServer();
    expect((await server.client().get('/api/config')).body).toMatchObject({
      onboarding: true,
      version: '0.9.6',
      hark: { api: 1 },
      features: { enable_signup: true, enable_websocket: true },
    });
    const ada = await server.signUp('Ada');
    expect(ada.user).toMatchObject({ role: 'admin', token_type: 'Bearer', email: 'ada@example.com' });
    expect((await server.client().get('/api/config')).body.onboarding).toBeUndefined();
  });

  it('makes exactly one admin when several sign up first at the same moment', async () => {
    server = await startTestServer();
    const all = await Promise.all(['A1', 'B2', 'C3', 'D4', 'E5'].map((name) => server.signUp(name)));
    expect(all.filter((client) => client.user.role === 'admin')).toHaveLength(1);
    expect(all.filter((client) => client.user.role === 'pending')).toHaveLength(4);
  });

  it('lets only one of two take the same address, whatever its letters', async () => {
    server = await startTestServer();
    const answers = await Promise.all(
      ['Eve@Example.com', 'eve@example.COM'].map((email) =>
        server.client().post('/api/v1/auths/signup', { name: 'Eve', email, password: 'long enough' }),
      ),
    );
    expect(answers.map((a) => a.status).sort()).toEqual([200, 400]);
  });

  it('bars a pending account from everything but its session, and says so in its config', async () => {
    server = await startTestServer();
    const admin = await server.signUp('Ada');
    const bob = await server.signUp('Bob');
    expect(bob.user.role).toBe('pending');
    for (const path of ['/api/models', '/api/v1/chats/', '/api/v1/users/', '/api/v1/users/user/settings'])
      expect((await bob.get(path)).status, path).toBe(401);
    expect((await bob.get('/api/v1/auths/')).body.role).toBe('pending');
    const config = await bob.get('/api/config');
    expect(config.body.ui).toHaveProperty('pending_user_overlay_title');
    expect(config.body.features).not.toHaveProperty('enable_user_webhooks');

    const { name, email, profile_image_url, id } = bob.user;
    const changed = await admin.post(`/api/v1/users/${id}/update`, {
      role: 'user',
      name,
      email,
      profile_image_url,
    });
    expect(changed.body).toMatchObject({ role: 'user' });
    expect((await bob.get('/api/models')).status).toBe(200);
  });

  it('is closed by ENABLE_SIGNUP, and the admin config round-trips whole', async () => {
    server = await startTestServer();
    const admin = await server.signUp('Ada');
    const before = (await admin.get('/api/v1/auths/admin/config')).body;
    const { ENABLE_NOTES: _left, ...short } = before;
    expect((await admin.post('/api/v1/auths/admin/config', short)).status).toBe(422);

    const sent = { ...before, ENABLE_SIGNUP: false, DEFAULT_USER_ROLE: 'emperor', JWT_EXPIRES_IN: 'soon' };
    const saved = await admin.post('/api/v1/auths/admin/config', sent);
    // Nonsense is silently left as it was, as in Open WebUI.
    expect(saved.body).toEqual({ ...before, ENABLE_SIGNUP: false });
    expect((await server.client().get('/api/config')).body.features.enable_signup).toBe(false);
    const refused = await server.client().post('/api/v1/auths/signup', { name: 'X', ...credentials('x') });
    expect(refused.status).toBe(403);
  });

  it.each([
    ['no address', { name: 'A', email: 'nobody', password: 'long enough' }, 400],
    ['short password', { name: 'A', email: 'a@b.co', password: 'short' }, 400],
    ['blank name', { name: '  ', email: 'a@b.co', password: 'long enough' }, 422],
    ['missing password', { name: 'A', email: 'a@b.co' }, 422],
  ])('refuses %s', async (_what, body, status) => {
    server = await startTestServer();
    const answer = await server.client().post('/api/v1/auths/signup', body);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).not.toContain('long enough');
    if (status === 422)
      expect(answer.body.detail[0]).toMatchObject({
        loc: ['body', expect.any(String)],
        msg: expect.any(String),
        type: expect.any(String),
      });
  });

  it('is limited per address, so that nobody fills the server', async () => {
    server = await startTestServer({ limits: { signups: { max: 2, windowMs: 60_000 } } });
    await server.signUp('A1');
    await server.signUp('B2');
    const third = await server.client().post('/api/v1/auths/signup', { name: 'C', ...credentials('c') });
    expect(third.status).toBe(429);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('sign-in', () => {
  it('tells a wrong password and an unknown address apart by nothing', async () => {
    server = await startTestServer();
    await server.signUp('Ada');
    const wrong = await server
      .client()
      .post('/api/v1/auths/signin', { ...credentials('ada'), password: 'no' });
    const unknown = await server
      .client()
      .post('/api/v1/auths/signin', { ...credentials('nobody'), password: 'no' });
    expect(wrong.status).toBe(400);
    expect(unknown.status).toBe(wrong.status);
    expect(unknown.body).toEqual(wrong.body);
  });

  it('hashes for an unknown address too: the time gives nobody away', async () => {
    server = await startTestServer({ passwordCost: { N: 2 ** 14, r: 8, p: 2 } });
    await server.signUp('Ada');
    const time = async (email: string): Promise<number> => {
      const start = performance.now();
      await server.client().post('/api/v1/auths/signin', { email, password: 'no' });
      return performance.now() - start;
    };
    await time('ada@example.com');
    const known = Math.min(await time('ada@example.com'), await time('ada@example.com'));
    const unknown = Math.min(await time('x@example.com'), await time('y@example.com'));
    expect(unknown).toBeGreaterThan(known / 3);
  });

  it('is limited per address of mail and per peer, with Retry-After, and success clears it', async () => {
    let at = 0;
    const clock = { ...systemClock, monotonic: () => at };
    server = await startTestServer({
      clock,
      limits: { byEmail: { max: 3, windowMs: 60_000 }, byAddress: { max: 6, windowMs: 60_000 } },
    });
    await server.signUp('Ada');
    const signIn = (email: string, password: string) =>
      server.client().post('/api/v1/auths/signin', { email, password });
    for (let i = 0; i < 2; i += 1) expect((await signIn('ada@example.com', 'no')).status).toBe(400);
    expect((await signIn('ada@example.com', 'password of Ada')).status).toBe(200);
    for (let i = 0; i < 3; i += 1) expect((await signIn('ADA@example.com', 'no')).status).toBe(400);
    const barred = await signIn('ada@example.com', 'password of Ada');
    expect(barred.status).toBe(429);
    expect(Number(barred.headers.get('retry-after'))).toBeGreaterThan(0);
    for (let i = 0; i < 3; i += 1) expect((await signIn(`n${i}@example.com`, 'no')).status).toBe(400);
    expect((await signIn('other@example.com', 'no')).status).toBe(429);
    at += 61_000;
    expect((await signIn('ada@example.com', 'password of Ada')).status).toBe(200);
  });

  it('cannot be outrun by many tries at once', async () => {
    server = await startTestServer({ limits: { byEmail: { max: 3, windowMs: 60_000 } } });
    await server.signUp('Ada');
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        server.client().post('/api/v1/auths/signin', { ...credentials('ada'), password: 'no' }),
      ),
    );
    expect(answers.filter((a) => a.status === 400)).toHaveLength(3);
  });
});

describe('sessions', () => {
  it('end when their time is over, and at sign-out at once', async () => {
    let offset = 0;
    const clock = { ...systemClock, now: () => Date.now() + offset };
    server = await startTestServer({ clock, sessionSeconds: 3600 });
    const ada = await server.signUp('Ada');
    expect((await ada.get('/api/v1/auths/')).body.expires_at).toBe(ada.user.expires_at);
    offset = 3_599_000;
    expect((await ada.get('/api/v1/auths/')).status).toBe(200);
    offset = 3_601_000;
    expect((await ada.get('/api/v1/auths/')).status).toBe(401);
    expect((await ada.get('/api/config')).status).toBe(401);

    const again = await server
      .client()
      .post('/api/v1/auths/signin', { ...credentials('ada'), password: 'password of Ada' });
    const client = server.client(again.body.token);
    expect((await client.post('/api/v1/auths/signout')).body).toEqual({ status: true });
    expect((await client.get('/api/v1/auths/')).status).toBe(401);
  });

  it('end everywhere else when the password changes, sockets included', async () => {
    server = await startTestServer();
    const here = await server.signUp('Ada');
    const signedIn = await server
      .client()
      .post('/api/v1/auths/signin', { ...credentials('ada'), password: 'password of Ada' });
    const there = server.client(signedIn.body.token);
    const [mine, theirs] = [await joinEvents(server, here.token), await joinEvents(server, there.token)];
    const dropped = new Promise((resolve) => theirs.socket.once('disconnect', resolve));

    const wrong = await here.post('/api/v1/auths/update/password', {
      password: 'no',
      new_password: 'another one',
    });
    expect(wrong.status).toBe(400);
    const changed = await here.post('/api/v1/auths/update/password', {
      password: 'password of Ada',
      new_password: 'another one',
    });
    expect(changed.body).toBe(true);
    await dropped;
    expect(mine.socket.connected).toBe(true);
    expect((await there.get('/api/v1/auths/')).status).toBe(401);
    expect((await here.get('/api/v1/auths/')).status).toBe(200);
    mine.socket.close();
  });

  it('leave neither token nor password on the disk or in the log', async () => {
    server = await startTestServer();
    const ada = await server.signUp('Ada');
    await server
      .client()
      .post('/api/v1/auths/signin', { ...credentials('ada'), password: 'password of Ada' });
    for (const name of await readdir(server.dataDir)) {
      const bytes = await readFile(join(server.dataDir, name), 'latin1').catch(() => '');
      expect(bytes.includes(ada.token ?? '?'), name).toBe(false);
      expect(bytes.includes('password of Ada'), name).toBe(false);
    }
    expect(JSON.stringify(server.log.entries)).not.toContain('password of Ada');
  });
});

describe('administration', () => {
  it('is for admins alone: 401 for others', async () => {
    server = await startTestServer();
    const admin = await server.signUp('Ada');
    const bob = await server.addUser(admin, 'Bob');
    const calls: [string, string, unknown?][] = [
      ['get', '/api/v1/auths/admin/config'],
      ['get', '/api/webhook'],
      ['post', '/api/webhook', { url: '' }],
      ['get', '/api/v1/users/'],
      ['get', '/openai/config'],
      ['post', '/openai/verify', { url: 'http://127.0.0.1:1/v1', key: '' }],
      ['get', '/api/v1/hark/webhook'],
      ['get', '/api/v1/hark/webhook/deliveries'],
      ['post', '/api/v1/auths/add', { name: 'X', ...credentials('x'), role: 'admin' }],
      ['delete', `/api/v1/users/${admin.user.id}`],
      ['get', '/api/tasks'],
    ];
    for (const [method, path, body] of calls) {
      const answer = await bob[method as 'get' | 'post' | 'delete'](path, body);
      expect(answer.status, `${method} ${path}`).toBe(401);
      expect(answer.body).toEqual({ detail: expect.any(String) });
      expect((await server.client()[method as 'get' | 'post' | 'delete'](path, body)).status).toBe(401);
    }
  });

  it('keeps at least one admin and nobody changes or deletes themselves', async () => {
    server = await startTestServer();
    const ada = await server.signUp('Ada');
    const { id, name, email, profile_image_url } = ada.user;
    const own = await ada.post(`/api/v1/users/${id}/update`, {
      role: 'user',
      name,
      email,
      profile_image_url,
    });
    expect(own.status).toBe(403);
    expect((await ada.post('/api/v1/users/update/role', { id, role: 'user' })).status).toBe(403);
    expect((await ada.delete(`/api/v1/users/${id}`)).status).toBe(403);
    expect((await ada.get('/api/v1/auths/')).body.role).toBe('admin');
  });

  it('disconnects the sockets of who was deleted or given another role', async () => {
    server = await startTestServer();
    const ada = await server.signUp('Ada');
    const bob = await server.addUser(ada, 'Bob');
    for (const act of [
      () => ada.post('/api/v1/users/update/role', { id: bob.user.id, role: 'pending' }),
      () => ada.delete(`/api/v1/users/${bob.user.id}`),
    ]) {
      const events = await joinEvents(server, bob.token);
      const dropped = new Promise((resolve) => events.socket.once('disconnect', resolve));
      expect((await act()).status).toBe(200);
      await dropped;
    }
    expect((await bob.get('/api/v1/auths/')).status).toBe(401);
  });

  it('lists accounts by page, part of a name and order; wildcards are plain letters', async () => {
    server = await startTestServer({ limits: { signups: { max: 100, windowMs: 1000 } } });
    const ada = await server.signUp('Ada');
    for (let i = 0; i < 34; i += 1) await server.addUser(ada, `User${String(i).padStart(2, '0')}`);
    await server.addUser(ada, 'Per_Cent');
    const first = (await ada.get('/api/v1/users/?page=1&order_by=name&direction=asc')).body;
    const second = (await ada.get('/api/v1/users/?page=2&order_by=name&direction=asc')).body;
    expect(first.total).toBe(36);
    expect(first.users).toHaveLength(30);
    expect(second.users).toHaveLength(6);
    expect(first.users[0].name).toBe('Ada');
    expect((await ada.get('/api/v1/users/?query=_')).body.users.map((u: { name: string }) => u.name)).toEqual(
      ['Per_Cent'],
    );
    expect((await ada.get('/api/v1/users/?order_by=password;--')).status).toBe(200);
    expect((await ada.get('/api/v1/users/?page=none')).status).toBe(422);
  });

  it('replaces `ui` whole when settings are updated, as Open WebUI does', async () => {
    server = await startTestServer();
    const ada = await server.signUp('Ada');
    expect((await ada.get('/api/v1/users/user/settings')).body).toBeNull();
    await ada.post('/api/v1/users/user/settings/update', {
      ui: { theme: 'dark', notifications: { webhook_url: 'x' } },
      other: 1,
    });
    await ada.post('/api/v1/users/user/settings/update', { ui: { theme: 'light' } });
    expect((await ada.get('/api/v1/users/user/settings')).body).toEqual({ ui: { theme: 'light' }, other: 1 });
  });
});
