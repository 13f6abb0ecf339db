import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createServer } from 'node:net';
import type { Json } from '../../support/hark-server.ts';
import { poll, turn } from './talk.ts';

const MAIN = join(import.meta.dirname, '../../../src/server/main.ts');
const folders: string[] = [];
const children: ChildProcess[] = [];
const folder = async (): Promise<string> => {
  const made = await mkdtemp(join(tmpdir(), 'hark-main-'));
  folders.push(made);
  return made;
};
afterAll(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  await Promise.all(folders.map((path) => rm(path, { recursive: true, force: true })));
});

interface Run {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  messages: Record<string, unknown>[];
  /** The base URL, once it listens. */
  url: () => Promise<string>;
  ended: Promise<number | null>;
}
/** The server as its host runs it. */
function run(args: string[], options: { ipc?: boolean; env?: Record<string, string> } = {}): Run {
  const env = { ...process.env, HARK_NO_DISCOVERY: '1', ...options.env };
  const child = options.ipc
    ? fork(MAIN, args, { env, silent: true, execArgv: [] })
    : spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let out = '';
  let err = '';
  const messages: Record<string, unknown>[] = [];
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.on('message', (message) => messages.push(message as Record<string, unknown>));
  return {
    child,
    out: () => out,
    err: () => err,
    messages,
    url: async () => {
      await poll(() => out.includes('\n'), 10_000);
      return (JSON.parse(out.split('\n')[0] ?? '') as { url: string }).url;
    },
    ended: once(child, 'exit').then(([code]) => code as number | null),
  };
}
const post = async (url: string, body: unknown, token?: string): Promise<Json> => {
  const headers = {
    'content-type': 'application/json',
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  const res = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return res.json();
};
const ada = { name: 'Ada', email: 'ada@example.com', password: 'password1' };

describe('the server as a process', { timeout: 30_000 }, () => {
  it('prints one line of JSON when it listens, tells its host, and ends in order when the host is gone', async () => {
    const server = run(['--data', await folder()], { ipc: true });
    const url = await server.url();
    expect(server.out()).toBe(`${JSON.stringify({ ready: true, url })}\n`);
    await poll(() => server.messages.length > 0);
    expect(server.messages[0]).toMatchObject({ type: 'ready', url });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    server.child.disconnect();
    expect(await server.ended).toBe(0);
  });

  it('ends in order when asked by message or signal', async () => {
    const [one, two] = [run(['--data', await folder()], { ipc: true }), run(['--data', await folder()])];
    await Promise.all([one.url(), two.url()]);
    one.child.send({ type: 'stop' });
    two.child.kill('SIGTERM');
    expect(await Promise.all([one.ended, two.ended])).toEqual([0, 0]);
  });

  it('says in words why it cannot start', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const file = join(await folder(), 'file');
    await writeFile(file, 'x');
    const cases: [string[], RegExp, number][] = [
      [['--data', await folder(), '--port', String(port)], /Port \d+ is taken/, 1],
      [['--data', file], /is not a folder/, 1],
      [['--data', join(file, 'below')], /is not a folder/, 1],
      [['--data', await folder(), '--host', '203.0.113.7'], /no address 203\.0\.113\.7/, 1],
      [['--data', await folder(), '--port', '70000'], /0 to 65535/, 2],
      [['--nonsense'], /nonsense/, 2],
    ];
    await Promise.all(
      cases.map(async ([args, words, code]) => {
        const server = run(args, { ipc: true });
        expect(await server.ended, args.join(' ')).toBe(code);
        expect(server.err()).toMatch(words);
        expect(server.out()).toBe('');
        expect(server.messages.at(-1)).toMatchObject({
          type: 'failed',
          message: expect.stringMatching(words),
        });
      }),
    );
    taken.close();
  });

  it('refuses a data folder another server uses, and takes it over once that one is killed', async () => {
    const data = await folder();
    const first = run(['--data', data]);
    await first.url();
    const second = run(['--data', data]);
    expect(await second.ended).toBe(1);
    expect(second.err()).toMatch(/Another program holds the database/);
    first.child.kill('SIGKILL');
    await first.ended;
    const third = run(['--data', data]);
    expect(await third.url()).toMatch(/^http:/);
  });

  it('puts a damaged database aside, says so, and starts with a new one', async () => {
    const data = await folder();
    await writeFile(join(data, 'server.db'), 'this is no database at all, only text'.repeat(100));
    const server = run(['--data', data], { ipc: true });
    await server.url();
    expect(server.err()).toMatch(/damaged.*put aside/s);
    expect((await readdir(data)).some((name) => name.startsWith('server.db.broken-'))).toBe(true);
    await poll(() => server.messages.length > 0);
    expect(server.messages[0]).toMatchObject({ putAside: expect.stringContaining('broken') });
  });

  it('loses nothing committed when killed: sign-up, sign-in, prompt; the open answer is closed with an error', async () => {
    const data = await folder();
    const first = run(['--data', data]);
    const url = await first.url();
    const { token } = await post(`${url}/api/v1/auths/signup`, ada);
    const sent = { ...turn('/slow 15'), model: 'hark-demo' };
    const { chat_id: chatId } = await post(`${url}/api/chat/completions`, sent, token);
    const read = async (base: string) => {
      const res = await fetch(`${base}/api/v1/chats/${chatId}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return ((await res.json()) as Json).chat.history.messages;
    };
    await poll(async () => (await read(url))[sent.id].content !== '', 8000);
    first.child.kill('SIGKILL');
    await first.ended;

    const second = run(['--data', data]);
    const messages = await read(await second.url());
    expect(messages[sent.user_message.id].content).toBe('/slow 15');
    expect(messages[sent.id]).toMatchObject({
      done: true,
      error: { content: 'The backend stopped while answering.' },
    });
    expect(messages[sent.id].content).toMatch(/^This is a /);
  });

  it('closes an open answer at once when it is told to stop', async () => {
    const data = await folder();
    const first = run(['--data', data]);
    const url = await first.url();
    const { token } = await post(`${url}/api/v1/auths/signup`, ada);
    const sent = { ...turn('/slow 15'), model: 'hark-demo' };
    const { chat_id: chatId } = await post(`${url}/api/chat/completions`, sent, token);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    const second = run(['--data', data]);
    const res = await fetch(`${await second.url()}/api/v1/chats/${chatId}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(((await res.json()) as Json).chat.history.messages[sent.id]).toMatchObject({
      done: true,
      error: { content: expect.any(String) },
    });
  });
});
