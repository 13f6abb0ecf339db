import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rm } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestServer, type Client, type Json, type TestServer } from '../../support/hark-server.ts';
import { poll } from './talk.ts';

let server: TestServer | null = null;
const receivers: Server[] = [];
afterEach(async () => {
  await server?.close();
  server = null;
  for (const one of receivers.splice(0)) {
    one.closeAllConnections();
    await new Promise<void>((resolve) => one.close(() => resolve()));
  }
});

interface Receiver {
  url: string;
  posts: { headers: IncomingHttpHeaders; body: Json; path: string }[];
  answer: (status: number) => void;
}
/** Takes webhooks; `delayMs` makes it slow. */
async function receiver(delayMs = 0): Promise<Receiver> {
  let status = 200;
  const posts: Receiver['posts'] = [];
  const http = createServer((req, res) => {
    let body = '';
    req.on('data', (chunk: Buffer) => (body += chunk.toString()));
    req.on('end', () => {
      posts.push({ headers: req.headers, body: JSON.parse(body), path: req.url ?? '' });
      setTimeout(() => res.writeHead(status).end('taken'), delayMs);
    });
  });
  receivers.push(http);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/hook-0123456789abcdefghij`,
    posts,
    answer: (next) => (status = next),
  };
}
const start = async (options: Parameters<typeof startTestServer>[0] = {}): Promise<TestServer> =>
  (server = await startTestServer(options));
const log = async (admin: Client): Promise<Json[]> =>
  (await admin.get('/api/v1/hark/webhook/deliveries')).body;

describe('the sign-up webhook', () => {
  it('posts exactly the documented body for each sign-up, the first included, and not for accounts an admin adds', async () => {
    const hook = await receiver();
    const own = await start({ env: { WEBHOOK_URL: hook.url } });
    const ada = await own.signUp('Ada');
    await own.addUser(ada, 'Carl');
    await own.signUp('Bob');
    await poll(() => hook.posts.length === 2);
    expect(hook.posts.map((p) => p.body)).toEqual([
      { event: 'new_user', user: { email: 'ada@example.com', name: 'Ada' } },
      { event: 'new_user', user: { email: 'bob@example.com', name: 'Bob' } },
    ]);
    expect(hook.posts[0]?.headers['content-type']).toMatch(/^application\/json/);
    await poll(async () => (await log(ada)).every((row) => row.state === 'delivered'));
    expect((await log(ada)).map((row) => row.subject).sort()).toEqual(['Ada', 'Bob']);
  });

  it('never holds up a sign-up', async () => {
    const hook = await receiver(3000);
    const own = await start({ env: { WEBHOOK_URL: hook.url } });
    const before = performance.now();
    await own.signUp('Ada');
    expect(performance.now() - before).toBeLessThan(1000);
    await poll(() => hook.posts.length === 1);
  });

  it('comes from WEBHOOK_URL until one is saved; a saved empty one is off, and stays off', async () => {
    const [fromEnv, saved] = [await receiver(), await receiver()];
    const env = { WEBHOOK_URL: fromEnv.url };
    const first = await start({ env, keepData: true });
    const ada = await first.signUp('Ada');
    await poll(() => fromEnv.posts.length === 1);
    expect((await ada.get('/api/webhook')).body).toEqual({ url: fromEnv.url });
    expect((await ada.get('/api/v1/hark/webhook')).body).toMatchObject({
      from_environment: true,
      kind: 'generic',
      paused: null,
    });

    expect((await ada.post('/api/webhook', { url: ` ${saved.url} ` })).body).toEqual({ url: saved.url });
    expect((await ada.get('/api/v1/hark/webhook')).body).toMatchObject({ from_environment: false });
    await first.signUp('Bob');
    await poll(() => saved.posts.length === 1);

    await ada.post('/api/webhook', { url: '' });
    await first.signUp('Cyd');
    await first.close();
    server = null;
    const second = await start({ env, dataDir: first.dataDir, keepData: true });
    const again = second.client(ada.token);
    expect((await again.get('/api/webhook')).body).toEqual({ url: '' });
    expect((await again.get('/api/v1/hark/webhook')).body).toBeNull();
    await second.signUp('Dan');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([fromEnv.posts.length, saved.posts.length]).toEqual([1, 1]);
    await second.close();
    server = null;
    await rm(first.dataDir, { recursive: true, force: true });
  });

  it('waits on disk through an outage and a restart, and then comes once', async () => {
    const hook = await receiver();
    hook.answer(503);
    const first = await start({ env: { WEBHOOK_URL: hook.url }, keepData: true });
    const ada = await first.signUp('Ada');
    await poll(() => hook.posts.length >= 1);
    await first.close();
    hook.answer(200);
    const second = await start({ env: { WEBHOOK_URL: hook.url }, dataDir: first.dataDir, keepData: true });
    const [row] = await log(second.client(ada.token));
    expect(row).toMatchObject({ state: 'queued', subject: 'Ada' });
    expect(
      (await second.client(ada.token).post(`/api/v1/hark/webhook/deliveries/${row.id}/redeliver`)).status,
    ).toBeLessThan(500);
    await poll(async () => (await log(second.client(ada.token)))[0].state === 'delivered', 8000);
    expect(new Set(hook.posts.map((p) => p.headers['webhook-id'])).size).toBe(1);
    await second.close();
    server = null;
    await rm(first.dataDir, { recursive: true, force: true });
  }, 15_000);

  it('shows its URL masked, keeps it encrypted, and never logs it', async () => {
    const hook = await receiver();
    const own = await start();
    const ada = await own.signUp('Ada');
    await ada.post('/api/webhook', { url: hook.url });
    await own.signUp('Bob');
    await poll(async () => (await log(ada)).some((row) => row.state === 'delivered'));
    const seen = JSON.stringify([
      (await ada.get('/api/v1/hark/webhook')).body,
      await log(ada),
      own.log.entries,
    ]);
    expect(seen).not.toContain('hook-0123456789');
    const { readdir, readFile } = await import('node:fs/promises');
    for (const name of await readdir(own.dataDir))
      expect(
        (await readFile(`${own.dataDir}/${name}`, 'latin1').catch(() => '')).includes('hook-0123456789'),
        name,
      ).toBe(false);
  });

  it.each([
    ['no address', 'nonsense', /must begin with https/],
    ['another scheme', 'ftp://example.com/x', /ftp/],
    ['a metadata address', 'http://169.254.169.254/latest', /reserved/],
    [
      'a Telegram bot without its chat',
      'https://api.telegram.org/bot123456:ABCDEFabcdef0123456789abcdef01234567/sendMessage',
      /Telegram needs/,
    ],
  ])('refuses %s with words, and keeps the one it has', async (_what, url, words) => {
    const own = await start();
    const ada = await own.signUp('Ada');
    await ada.post('/api/webhook', { url: 'http://127.0.0.1:9/kept' });
    const refused = await ada.post('/api/webhook', { url });
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toMatch(words);
    expect((await ada.get('/api/webhook')).body.url).toBe('http://127.0.0.1:9/kept');
    expect((await ada.post('/api/v1/hark/webhook/test', { url })).status).toBe(400);
  });

  it('tests a typed URL or the one in force at once, with the receiver’s own status', async () => {
    const hook = await receiver();
    const own = await start();
    const ada = await own.signUp('Ada');
    expect((await ada.post('/api/v1/hark/webhook/test', {})).status).toBe(400);
    const typed = await ada.post('/api/v1/hark/webhook/test', { url: hook.url });
    expect(typed.body).toMatchObject({ delivered: true, status: 200, answer: 'taken', kind: 'generic' });
    expect(hook.posts[0]?.body).toMatchObject({ event: 'new_user' });
    await ada.post('/api/webhook', { url: hook.url });
    hook.answer(418);
    expect((await ada.post('/api/v1/hark/webhook/test', {})).body).toMatchObject({
      delivered: false,
      status: 418,
    });
    expect(await log(ada)).toEqual([]);
  });

  it('moves credentials out of the URL into a header', async () => {
    const hook = await receiver();
    const own = await start({ env: { WEBHOOK_URL: hook.url.replace('//', '//me:pass%20word@') } });
    await own.signUp('Ada');
    await poll(() => hook.posts.length === 1);
    expect(hook.posts[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('me:pass word').toString('base64')}`,
    );
  });
});
