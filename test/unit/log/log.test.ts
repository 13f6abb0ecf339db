import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFileLog } from '../../../src/main/log/file-log.ts';
import { memoryLog } from '../../../src/main/log/memory-log.ts';
import { redactText, redactValue } from '../../../src/main/log/redact.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('redaction', () => {
  const table: [string, string][] = [
    ['Authorization: Bearer abc.def-123456', 'Authorization: Bearer [redacted]'],
    ['basic dXNlcjpwYXNzd29yZA==', 'basic [redacted]'],
    ['signed with whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'signed with wh…_[redacted]'],
    ['key sk-proj-abcdefgh12345678', 'key sk-[redacted]'],
    ['xoxb-123456789012-abcdef', 'xox-[redacted]'],
    ['POST https://hooks.slack.com/services/T0/B0/XXX failed', 'POST https://hooks.slack.com/… failed'],
    ['(see https://chat.example/a?token=b).', '(see https://chat.example/…).'],
    ['https://user:pw@host.example:8443/x', 'https://host.example:8443/…'],
    ['https://user:pw@host.example', 'https://host.example'],
    ['http://[::1]:8080/hook', 'http://[::1]:8080/…'],
    ['wss://host.example/ws?token=abc', 'wss://host.example/…'],
    ['listening on http://127.0.0.1:8080/ now', 'listening on http://127.0.0.1:8080/ now'],
    ['https://h.example?key=abc', 'https://h.example/…'],
    ['postgres://me:secret@db.example/x', 'postgres://db.example/x'],
    ['token eyJhbGciOi.eyJzdWIiOiIx.c2lnbmF0dXJl end', 'token [redacted JWT] end'],
    ['at file:///opt/hark/main.js:10:3', 'at file:///opt/hark/main.js:10:3'],
    ['the task-list and the risk-taker stay', 'the task-list and the risk-taker stay'],
  ];
  test.each(table)('%s', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  test('e-mail addresses only where asked', () => {
    expect(redactText('for ada@example.org')).toBe('for ada@example.org');
    expect(redactText('for ada@example.org', { emails: true })).toBe('for …@example.org');
  });

  test('fields by name, at any depth, in errors and causes', () => {
    const error = new Error('POST https://h.example/secret-path', { cause: { token: 't0k3n' } });
    const text = JSON.stringify(
      redactValue({
        headers: [{ Authorization: 'abc' }],
        password: 'p4ss',
        nested: { apiKey: 'k3y' },
        error,
      }),
    );
    expect(text).not.toMatch(/abc|p4ss|k3y|t0k3n|secret-path/);
    expect(text).toContain('https://h.example/…');
  });

  test('never throws and always ends: cycles, depth, getters that throw, odd values', () => {
    const cycle: Record<string, unknown> = {
      big: 1n,
      when: new Date(NaN),
      bytes: new Uint8Array(3),
      fn: () => 1,
    };
    cycle['self'] = cycle;
    Object.defineProperty(cycle, 'bad', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    let deep: unknown = 'bottom';
    for (let i = 0; i < 50; i += 1) deep = { deep };
    expect(JSON.stringify(redactValue({ cycle, deep }))).toContain('[unreadable]');
  });
});

describe('the file', () => {
  let folder: string;
  const clock = new FakeClock();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hark-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const lines = (name = 'hark.log') =>
    readFileSync(join(folder, name), 'utf8')
      .trim()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as { at: string; level: string; scope: string; message: string; fields?: unknown },
      );

  test('one JSON object a line, with time, level and nested scope; debug is left out', () => {
    const log = createFileLog({ folder, clock });
    log.debug('not this');
    log.with('chat').with('stream').warn('it broke\nin two', { url: 'https://h.example/secret' });
    log.close();
    expect(lines()).toEqual([
      {
        at: '2026-01-15T12:00:00.000Z',
        level: 'warn',
        scope: 'chat.stream',
        message: 'it broke\nin two',
        fields: { url: 'https://h.example/…' },
      },
    ]);
    if (process.platform !== 'win32') expect(statSync(join(folder, 'hark.log')).mode & 0o777).toBe(0o600);
  });

  test('is turned over by size, keeps so many files, and goes on where an earlier run ended', () => {
    for (let run = 0; run < 3; run += 1) {
      const log = createFileLog({ folder, clock, maxBytes: 1_000, keep: 3 });
      for (let i = 0; i < 12; i += 1) log.info(`line ${run * 12 + i}`, { pad: 'x'.repeat(100) });
      log.close();
    }
    expect(readdirSync(folder).toSorted()).toEqual(['hark.1.log', 'hark.2.log', 'hark.log']);
    const kept = ['hark.2.log', 'hark.1.log', 'hark.log'].flatMap((name) =>
      lines(name).map((line) => line.message),
    );
    expect(kept.at(-1)).toBe('line 35');
    const first = Number(kept[0]?.slice(5));
    expect(kept).toEqual(Array.from({ length: 36 - first }, (_, i) => `line ${first + i}`));
    for (const name of readdirSync(folder))
      expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(1_000);
  });

  test('a disk that refuses: nothing is thrown, the loss is counted, and said once it works again', () => {
    const blocked = join(folder, 'blocked');
    writeFileSync(blocked, 'a file where the folder should be');
    const log = createFileLog({ folder: blocked, clock });
    log.info('one');
    log.info('two');
    log.flush();
    expect(log.lost).toBe(2);
    rmSync(blocked);
    mkdirSync(blocked);
    log.info('three');
    log.close();
    expect(lines(join('blocked', 'hark.log')).map((line) => line.message)).toEqual([
      '2 log lines were lost',
      'three',
    ]);
  });

  test('what was logged just before process.exit is there', () => {
    const script = `
      import { createFileLog } from ${JSON.stringify(new URL('../../../src/main/log/file-log.ts', import.meta.url).href)};
      const log = createFileLog({ folder: ${JSON.stringify(folder)}, clock: { now: () => 0 } });
      log.error('last words');
      process.exit(3);`;
    expect(() =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' }),
    ).toThrow();
    expect(lines().map((line) => line.message)).toEqual(['last words']);
  });
});

test('the log for tests redacts as the file does', () => {
  const log = memoryLog();
  log.with('a').info('to https://h.example/secret', { token: 'x' });
  expect(log.entries).toEqual([
    { level: 'info', scope: 'a', message: 'to https://h.example/…', fields: { token: '[redacted]' } },
  ]);
});
