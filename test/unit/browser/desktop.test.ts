import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDesktopToaster, findProgram, hasDisplay } from '../../../src/main/browser/desktop.ts';
import { createNodeBackendProcess } from '../../../src/main/browser/node-backend-process.ts';
import { systemClock } from '../../../src/main/clock.ts';
import { memoryLog } from '../../../src/main/log/memory-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hark-desktop-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['darwin', {}, true],
  ['win32', {}, true],
  ['linux', {}, false],
  ['linux', { DISPLAY: '' }, false],
  ['linux', { DISPLAY: ':0' }, true],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
  ['linux', { WSL_DISTRO_NAME: 'Debian' }, true],
])('a display on %s with %j: %s', (platform, environment, expected) =>
  expect(hasDisplay(platform, environment)).toBe(expected),
);

describe.runIf(process.platform === 'linux')('notifications', () => {
  const toast = { key: 'k', title: '--help', body: '<b>a & b</b>', chatId: null };
  const program = (script: string): void =>
    writeFileSync(join(folder, 'notify-send'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const show = () =>
    createDesktopToaster({ platform: 'linux', environment: { PATH: `/nowhere:${folder}` } }).show(toast);

  it('go through notify-send, as text and not as options or markup', async () => {
    program(`printf '%s\\n' "$@" > '${join(folder, 'said')}'`);
    expect(await show()).toEqual({ shown: true });
    expect(readFileSync(join(folder, 'said'), 'utf8').split('\n')).toEqual([
      '--app-name=Hark',
      '--',
      '--help',
      '&lt;b&gt;a &amp; b&lt;/b&gt;',
      '',
    ]);
  });

  it('that fail are not said to be shown, and why', async () => {
    program('echo "no notification server" >&2; exit 1');
    expect(await show()).toEqual({
      shown: false,
      words: 'The desktop did not show the notification: no notification server',
    });
  });

  it('without notify-send are not said to be shown', async () => {
    expect(await show()).toMatchObject({ shown: false });
    expect(findProgram('notify-send', { PATH: '' })).toBeNull();
  });
});

describe('the backend as a child', () => {
  const backend = (script: string, log = memoryLog()) => {
    const entry = join(folder, 'server.mjs');
    writeFileSync(entry, script);
    return createNodeBackendProcess({ entry, dataFolder: folder, clock: systemClock, log });
  };
  const ready = (port = 1) => `process.send({ type: 'ready', url: 'http://127.0.0.1:${port}' });`;

  it('ends when it is asked to, on the broken channel alone', async () => {
    const ended = join(folder, 'ended');
    const child = backend(
      `import { writeFileSync } from 'node:fs';
       setInterval(() => {}, 1000);
       process.on('disconnect', () => { writeFileSync(${JSON.stringify(ended)}, 'in order'); process.exit(0); });
       ${ready()}`,
    );
    expect(await child.start()).toEqual({ ok: true, data: { url: 'http://127.0.0.1:1' } });
    const exits: string[] = [];
    child.onExit((words) => exits.push(words));
    await child.stop();
    expect(readFileSync(ended, 'utf8')).toBe('in order');
    // An end that was asked for is no crash.
    expect(exits).toEqual([]);
  });

  it('tells of a crash, and may be started again', async () => {
    const child = backend(
      `${ready()} process.on('message', () => {}); setTimeout(() => process.exit(7), 50);`,
    );
    const crashed = new Promise<string>((done) => child.onExit(done));
    await child.start();
    expect(await crashed).toContain('7');
    expect((await child.start()).ok).toBe(true);
    await child.stop();
  });

  it('that cannot start gives words, and its own go to the log', async () => {
    const log = memoryLog();
    const child = backend(`console.error('the disk is gone'); process.exit(3);`, log);
    const started = await child.start();
    expect(started).toMatchObject({ ok: false, error: { code: 'UNREACHABLE' } });
    expect(JSON.stringify(log.entries)).toContain('the disk is gone');
  });
});
