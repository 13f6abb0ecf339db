import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseArguments, parseLink } from '../../../src/main/shell/launch.ts';
import { createLockReader, LOCK_MONITOR } from '../../../src/main/shell/linux-lock.ts';
import { createPoll } from '../../../src/main/shell/poll.ts';
import { putAsideBroken } from '../../../src/main/shell/put-aside.ts';
import { createQuit } from '../../../src/main/shell/quit.ts';
import { proxyFromList } from '../../../src/main/shell/system-proxy.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';

describe('links and arguments', () => {
  it.each([
    ['hark://chat/a-B_9', 'a-B_9'],
    ['hark://chat/a/', 'a'],
    ['HARK://chat/a', 'a'],
    ['hark://chat/', null],
    ['hark://chat/a/b', null],
    ['hark://chat/..%2fadmin', null],
    ['hark://chat/a?x=1', null],
    ['hark://admin/a', null],
    ['https://chat/a', null],
    [`hark://chat/${'a'.repeat(201)}`, null],
    ['--hidden', null],
  ])('%s', (link, chatId) => expect(parseLink(link)?.chatId ?? null).toBe(chatId));

  it('finds a link among Chromium’s own switches', () => {
    expect(parseArguments(['/opt/hark', '--no-first-run', '--', 'hark://chat/7'])).toEqual({
      chatId: '7',
      hidden: false,
    });
    expect(parseArguments(['/opt/hark', '--hidden'])).toEqual({ chatId: null, hidden: true });
  });
});

describe('createQuit', () => {
  function quitting(stop: () => Promise<void>) {
    const clock = new FakeClock();
    const events: string[] = [];
    const quit = createQuit({
      clock,
      stop: () => {
        events.push('stop');
        return stop();
      },
      failed: () => events.push('failed'),
      quit: () => {
        events.push('quit');
        ask();
      },
    });
    const ask = (): void => {
      let held = false;
      quit.beforeQuit({ preventDefault: () => (held = true) });
      events.push(held ? 'held' : 'let go');
    };
    return { clock, events, ask, quit };
  }

  it('holds the first try until the app has stopped, then lets the second go', async () => {
    const { events, ask, quit, clock } = quitting(async () => undefined);
    expect(quit.quitting()).toBe(false);
    ask();
    expect(quit.quitting()).toBe(true);
    await settle();
    expect(events).toEqual(['stop', 'held', 'quit', 'let go']);
    expect(clock.pending).toBe(0);
  });
  it('stops once, however often the user asks', async () => {
    let finish = (): void => undefined;
    const { events, ask } = quitting(() => new Promise((resolve) => (finish = resolve)));
    ask();
    ask();
    finish();
    await settle();
    expect(events).toEqual(['stop', 'held', 'held', 'quit', 'let go']);
  });
  it('does not wait for ever, and a late end does not quit twice', async () => {
    let finish = (): void => undefined;
    const { clock, events, ask } = quitting(() => new Promise((resolve) => (finish = resolve)));
    ask();
    clock.advance(2499);
    expect(events).toEqual(['stop', 'held']);
    clock.advance(1);
    finish();
    await settle();
    expect(events).toEqual(['stop', 'held', 'quit', 'let go']);
  });
  it('quits although stopping failed', async () => {
    const { events, ask } = quitting(() => Promise.reject(new Error('disk')));
    ask();
    await settle();
    expect(events).toEqual(['stop', 'held', 'failed', 'quit', 'let go']);
  });
});

describe('createPoll', () => {
  it('asks at once and at intervals while on, and tells of changes only', () => {
    const clock = new FakeClock();
    const told: boolean[] = [];
    const readings: (boolean | Error)[] = [true, true, false, new Error('no answer'), true];
    let asked = 0;
    const poll = createPoll({
      clock,
      everyMs: 1000,
      failed: false,
      tell: (value) => told.push(value),
      read: () => {
        const reading = readings[Math.min(asked++, readings.length - 1)] ?? true;
        if (reading instanceof Error) throw reading;
        return reading;
      },
    });
    expect(clock.pending).toBe(0);
    poll.set(true);
    poll.set(true);
    clock.advance(4000);
    expect([asked, told]).toEqual([5, [true, false, true]]);
    poll.set(false);
    clock.advance(10_000);
    expect([asked, clock.pending]).toEqual([5, 0]);
    // Off and on again: the listener may have been told something else meanwhile.
    poll.set(true);
    expect(told).toEqual([true, false, true, true]);
  });
});

describe('the lock of a Linux screen', () => {
  const signal = (value: boolean): string =>
    `signal time=1.2 sender=:1.5 -> destination=(null destination) serial=9 path=/org/gnome/ScreenSaver; interface=org.gnome.ScreenSaver; member=ActiveChanged\n   boolean ${value}\n`;
  const read = (...pieces: string[]): boolean[] => {
    const told: boolean[] = [];
    const reader = createLockReader((locked) => told.push(locked));
    pieces.forEach(reader);
    return told;
  };

  it('is read from whole and from broken pieces', () => {
    expect(read(signal(true), signal(false))).toEqual([true, false]);
    expect(read(...((signal(true) + signal(false)).match(/[^]{1,7}/g) ?? []))).toEqual([true, false]);
  });
  it('is told once by desktops that announce it under two names', () => {
    expect(read(signal(true) + signal(true) + signal(false))).toEqual([true, false]);
  });
  it('is not taken from other signals', () => {
    const acquired =
      'signal time=1 sender=org.freedesktop.DBus -> destination=:1.2 serial=2 path=/org/freedesktop/DBus; interface=org.freedesktop.DBus; member=NameAcquired\n   string ":1.2"\n   boolean true\n';
    expect(read(acquired)).toEqual([]);
  });

  const hasBus = spawnSync('dbus-run-session', ['--version']).status === 0;
  it.runIf(hasBus)('arrives over a real bus', () => {
    const quoted = LOCK_MONITOR.args.map((arg) => `"${arg}"`).join(' ');
    const send = (value: boolean): string =>
      `dbus-send --session --type=signal /org/gnome/ScreenSaver org.gnome.ScreenSaver.ActiveChanged boolean:${value}`;
    // The monitor prints a line when it stands; signals sent before that are lost.
    const script = `${LOCK_MONITOR.command} ${quoted} > "$0" & monitor=$!; for i in $(seq 100); do [ -s "$0" ] && break; dbus-send --session --type=signal / org.gnome.ScreenSaver.ActiveChanged boolean:false; sleep 0.05; done; ${send(true)}; ${send(false)}; for i in $(seq 100); do grep -q 'boolean true' "$0" && break; sleep 0.05; done; sleep 0.2; kill $monitor`;
    const folder = mkdtempSync(path.join(tmpdir(), 'hark-lock-'));
    const output = path.join(folder, 'output');
    spawnSync('dbus-run-session', ['--', 'sh', '-c', script, output], { timeout: 20_000 });
    const told = read(readFileSync(output, 'utf8'));
    rmSync(folder, { recursive: true, force: true });
    expect(told.slice(-2)).toEqual([true, false]);
  });
});

describe('putAsideBroken', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'hark-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['cut off by a crash', '{"a":'],
    ['empty', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['zeroes after a power cut', '\0\0\0\0'],
  ])('keeps a file that is %s under another name', (_name, text) => {
    const file = path.join(folder, 'settings.json');
    writeFileSync(file, text);
    const aside = putAsideBroken(file, Date.UTC(2026, 0, 2, 3, 4, 5));
    expect(existsSync(file)).toBe(false);
    expect(readFileSync(aside ?? '', 'utf8')).toBe(text);
    // A colon is not allowed in a file name on Windows.
    expect(path.basename(aside ?? '')).toBe('settings.json.broken-2026-01-02T03-04-05-000Z');
  });
  it('leaves a good file and an absent one alone', () => {
    const file = path.join(folder, 'settings.json');
    expect(putAsideBroken(file, 0)).toBeNull();
    writeFileSync(file, '{"a":1}');
    expect(putAsideBroken(file, 0)).toBeNull();
    expect(readFileSync(file, 'utf8')).toBe('{"a":1}');
  });
});

describe('proxyFromList', () => {
  it.each([
    ['DIRECT', null],
    ['', null],
    ['PROXY proxy.example:8080', 'http://proxy.example:8080'],
    ['HTTPS proxy.example:443; DIRECT', 'https://proxy.example:443'],
    ['SOCKS5 s.example:1080; PROXY p.example:3128', 'http://p.example:3128'],
    ['SOCKS5 s.example:1080', null],
    ['DIRECT; PROXY p.example:3128', null],
    ['PROXY', null],
    ['PROXY [2001:db8::1]:3128', 'http://[2001:db8::1]:3128'],
  ])('%j: %s', (list, proxy) => expect(proxyFromList(list)).toBe(proxy));
});
