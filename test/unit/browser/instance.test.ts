import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  askRunningHost,
  readInstanceNote,
  takeInstanceLock,
  type InstanceLock,
} from '../../../src/main/browser/instance-lock.ts';
import { readOptions } from '../../../src/main/browser/options.ts';
import { openProfile } from '../../../src/main/browser/profile.ts';
import { openSettingsStore } from '../../../src/main/browser/settings-store.ts';

let folder: string;
const cleanups: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hark-profile-'));
});
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
  rmSync(folder, { recursive: true, force: true });
});

const take = (): InstanceLock | null => {
  const lock = takeInstanceLock(folder);
  if (!lock.ok) throw new Error(lock.error.message);
  if (lock.data) cleanups.push(lock.data.release);
  return lock.data;
};

/** Another process that holds the profile. */
async function holder(): Promise<ChildProcess> {
  const script = join(folder, 'holder.ts');
  const module = join(import.meta.dirname, '../../../src/main/browser/instance-lock.ts');
  writeFileSync(
    script,
    `import { takeInstanceLock } from ${JSON.stringify(module)};
     const lock = takeInstanceLock(${JSON.stringify(folder)});
     lock.data.publish({ pid: process.pid, port: 9, secret: 's' });
     setInterval(() => {}, 1000);
     // What collects garbage must not let the lock go.
     setTimeout(() => { globalThis.gc(); process.send('held'); }, 20);`,
  );
  const child = fork(script, { execArgv: ['--expose-gc'] });
  cleanups.push(() => child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

describe('one host per profile', () => {
  it('is held against another process until that is killed, without any clean-up of its own', async () => {
    const other = await holder();
    expect(take()).toBeNull();
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(readInstanceNote(folder)).toMatchObject({ port: 9 });
    expect(take()).not.toBeNull();
    // A killed host's note must not send anyone to a port that is someone else's by now.
    expect(readInstanceNote(folder)).toBeNull();
  });

  it('is free again after release, which may be called twice', () => {
    const lock = take();
    lock!.publish({ pid: 1, port: 2, secret: 's' });
    lock!.release();
    lock!.release();
    expect(existsSync(join(folder, 'host.json'))).toBe(false);
    expect(take()).not.toBeNull();
  });

  it.runIf(process.platform !== 'win32')('keeps its secret from other accounts', () => {
    take()!.publish({ pid: 1, port: 2, secret: 's' });
    for (const name of ['host.json', 'host.lock'])
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it('does without a lock file that is none, since it holds nothing', () => {
    writeFileSync(join(folder, 'host.lock'), 'not a database '.repeat(100));
    expect(take()).not.toBeNull();
    expect(take()).toBeNull();
  });
});

describe('asking the host that runs', () => {
  const serve = async (answer: (authorization: string | undefined) => [number, string]): Promise<number> => {
    const server: Server = createServer((request, response) => {
      const [status, body] = answer(request.headers.authorization);
      response.writeHead(status).end(body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => server.close());
    return (server.address() as AddressInfo).port;
  };
  const note = (port: number): void => take()!.publish({ pid: 42, port, secret: 'right' });

  it('gets its address with the secret, once it is ready', async () => {
    let tries = 0;
    const port = await serve((authorization) => {
      tries += 1;
      return authorization === 'Bearer right' && tries > 1 ? [200, '{"url":"http://x/open"}'] : [403, ''];
    });
    note(port);
    expect(await askRunningHost(folder, () => true)).toEqual({
      ok: true,
      data: { url: 'http://x/open', pid: 42 },
    });
  });

  it('says who does not answer', async () => {
    note(await serve(() => [200, 'something else listens here']));
    const asked = await askRunningHost(folder, () => true, 300);
    expect(asked).toMatchObject({ ok: false, error: { code: 'UNREACHABLE' } });
    expect(asked.ok ? '' : asked.error.message).toContain('process 42');
  });

  it('stops asking when the other has ended', async () => {
    const asked = await askRunningHost(folder, () => false, 60_000);
    expect(asked).toMatchObject({ ok: false, error: { details: { free: true } } });
  });
});

describe('profile', () => {
  it('is made with its parents, for this account alone', () => {
    const opened = openProfile(join(folder, 'a', 'b'));
    expect(opened.ok).toBe(true);
    if (process.platform !== 'win32') expect(statSync(join(folder, 'a', 'b')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, 'a', 'b')).sort()).toEqual(['data', 'logs', 'server']);
  });

  const places: [string, () => string][] = [
    ['a file in its place', () => join(folder, 'file')],
    ['a file as its parent', () => join(folder, 'file', 'below')],
    ...(process.platform === 'linux'
      ? [['a place for no folders', () => '/proc/hark'] as [string, () => string]]
      : []),
  ];
  it.each(places)('%s: words that name the folder and the way out', (_name, path) => {
    writeFileSync(join(folder, 'file'), '');
    const opened = openProfile(path());
    expect(opened).toMatchObject({ ok: false, error: { code: 'STORAGE' } });
    if (opened.ok) return;
    expect(opened.error.message).toContain(path());
    expect(opened.error.message).toContain('--profile');
    expect(opened.error.message).not.toContain('the system says');
  });
});

describe('settings store', () => {
  it('survives a restart; a dot in a key makes no tree', () => {
    const store = openSettingsStore(folder, 0);
    store.set('a.b', { c: [1] });
    store.set('gone', 1);
    store.set('gone', undefined);
    const again = openSettingsStore(folder, 0);
    expect([again.get('a.b'), again.get('a'), again.get('gone')]).toEqual([{ c: [1] }, undefined, undefined]);
    expect(again.putAside).toBeNull();
  });

  it.each(['{"a":', '[1]', 'null', '', '"text"'])('puts %j aside and starts empty', (content) => {
    const file = join(folder, 'settings.json');
    writeFileSync(file, content);
    const store = openSettingsStore(folder, Date.UTC(2026, 0, 2));
    expect(store.get('a')).toBeUndefined();
    expect(store.putAside).toMatch(/settings\.json\.broken-2026-01-02/);
    expect(readFileSync(store.putAside!, 'utf8')).toBe(content);
    store.set('a', 1);
    expect(openSettingsStore(folder, 0).get('a')).toBe(1);
  });
});

describe('command line', () => {
  const read = (args: string[], environment = {}) => readOptions(args, environment, '/default');

  it.each([
    [[], {}, { profile: '/default', port: 0, openBrowser: true, printUrl: false }],
    [[], { HARK_PROFILE: '/env' }, { profile: '/env' }],
    [[], { HARK_PROFILE: '' }, { profile: '/default' }],
    [['--profile', '/arg'], { HARK_PROFILE: '/env' }, { profile: '/arg' }],
    [['--no-open', '--print-url', '--port=8123'], {}, { port: 8123, openBrowser: false, printUrl: true }],
  ])('%j with %j', (args, environment, expected) =>
    expect(read(args, environment)).toMatchObject({ ok: true, data: expected }),
  );

  it.each([
    [['--prot', '1'], /--prot/],
    [['--port', 'http'], /--port http/],
    [['--port', '65536'], /65535/],
    [['--port', '-1'], /--port/],
    [['--profile', ''], /--profile/],
    [['folder'], /folder/],
  ])('%j is refused with the option’s name', (args, words) => {
    const options = read(args);
    expect(options).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
    expect(options.ok ? '' : options.error.message).toMatch(words);
  });
});
