import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryLog } from '../../../src/main/log/memory-log.ts';
import { createFileVault } from '../../../src/main/vault/file-vault.ts';
import { memoryVault } from '../../../src/main/vault/memory-vault.ts';
import { FakeClock } from '../../support/fake-clock.ts';

let folder: string;
const open = () => createFileVault({ folder, clock: new FakeClock(), log: memoryLog() });
const path = (name: string) => join(folder, name);
const asides = () => readdirSync(folder).filter((name) => name.includes('.broken-'));

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'hark-vault-')), 'secrets');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

describe.each([
  ['file', () => open()],
  ['memory', () => memoryVault()],
])('the %s vault', (kind, make) => {
  test('keeps, replaces, forgets; any text, any name', async () => {
    const vault = make();
    expect(vault.kind).toBe(kind);
    expect(await vault.get('none')).toBeNull();
    for (const [name, secret] of [
      ['a', 'ключ 🗝 \u0000 "quoted"'],
      ['toString', ''],
      ['targets/1', 'x'.repeat(100_000)],
    ] as const) {
      expect(await vault.set(name, secret)).toEqual({ ok: true, data: null });
      expect(await vault.get(name)).toBe(secret);
    }
    await vault.set('a', 'new');
    expect(await vault.get('a')).toBe('new');
    expect(await vault.delete('a')).toEqual({ ok: true, data: null });
    expect(await vault.delete('a')).toEqual({ ok: true, data: null });
    expect(await vault.get('a')).toBeNull();
    expect(await vault.get('constructor')).toBeNull();
  });
});

test('the file vault says that it is no keychain', () => {
  expect(open().words).toMatch(/only your account/);
  expect(open().words).toMatch(/not the system's keychain/);
});

test('secrets survive a restart, are not readable in the file, and only the owner may read either file', async () => {
  await open().set('url', 'https://hooks.example.com/very-secret');
  expect(await open().get('url')).toBe('https://hooks.example.com/very-secret');
  expect(readFileSync(path('vault.json'), 'utf8')).not.toContain('very-secret');
  if (process.platform !== 'win32')
    for (const name of ['vault.json', 'vault.key']) expect(statSync(path(name)).mode & 0o777).toBe(0o600);
});

test('many writers at once lose nothing', async () => {
  const vault = open();
  await Promise.all(Array.from({ length: 30 }, (_, i) => vault.set(`n${i}`, `secret ${i}`)));
  const again = open();
  expect(await Promise.all(Array.from({ length: 30 }, (_, i) => again.get(`n${i}`)))).toEqual(
    Array.from({ length: 30 }, (_, i) => `secret ${i}`),
  );
});

describe('what cannot be decrypted is null, is kept aside, and the vault goes on', () => {
  const harm: [string, () => void, number][] = [
    ['not JSON', () => writeFileSync(path('vault.json'), '{"version":1,"items":{'), 1],
    ['empty', () => writeFileSync(path('vault.json'), ''), 1],
    ['JSON of another kind', () => writeFileSync(path('vault.json'), '{"version":1,"items":{"a":5}}'), 1],
    ['the key lost', () => rmSync(path('vault.key')), 1],
    ['the key cut short', () => writeFileSync(path('vault.key'), 'short'), 2],
    ['another machine’s key', () => writeFileSync(path('vault.key'), Buffer.alloc(32, 9)), 0],
    [
      'one bit turned',
      () => {
        const file = JSON.parse(readFileSync(path('vault.json'), 'utf8')) as {
          items: { a: { data: string } };
        };
        const data = Buffer.from(file.items.a.data, 'base64');
        data[0] = (data[0] ?? 0) ^ 1;
        file.items.a.data = data.toString('base64');
        writeFileSync(path('vault.json'), JSON.stringify(file));
      },
      0,
    ],
    [
      'a secret moved to another name',
      () => {
        const file = JSON.parse(readFileSync(path('vault.json'), 'utf8')) as {
          items: Record<string, unknown>;
        };
        file.items['a'] = file.items['b'];
        writeFileSync(path('vault.json'), JSON.stringify(file));
      },
      0,
    ],
  ];
  test.each(harm)('%s', async (_name, act, aside) => {
    const first = open();
    await first.set('a', 'secret a');
    await first.set('b', 'secret b');
    act();
    const vault = open();
    expect(await vault.get('a')).toBeNull();
    expect(asides()).toHaveLength(aside);
    expect(await vault.set('a', 'asked again')).toEqual({ ok: true, data: null });
    expect(await open().get('a')).toBe('asked again');
  });
});

test('a folder that cannot be made: a failure in words, no exception', async () => {
  writeFileSync(folder, 'a file in its place');
  const vault = open();
  expect(await vault.get('a')).toBeNull();
  const written = await vault.set('a', 'secret');
  expect(written).toMatchObject({ ok: false, error: { code: 'STORAGE' } });
  expect(JSON.stringify(written)).not.toContain(folder);
});

test('killed at any moment: every secret that was said to be kept is there, and no half file', async () => {
  for (let round = 0; round < 8; round += 1) {
    const child = fork(new URL('./vault-writer.ts', import.meta.url), [folder], { stdio: 'ignore' });
    let kept = -1;
    child.on('message', (value) => (kept = Number(value)));
    await new Promise((resolve) => child.once('message', resolve));
    await new Promise((resolve) => setTimeout(resolve, 3 + ((round * 7) % 23)));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const vault = open();
    expect(Number(await vault.get('counter'))).toBeGreaterThanOrEqual(kept);
    expect(asides()).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }
}, 20_000);
