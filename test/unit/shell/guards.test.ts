import { describe, expect, it } from 'vitest';
import { ok } from '../../../src/shared/result.ts';
import { memoryLog } from '../../../src/main/log/memory-log.ts';
import { externalUrl, judgeNavigation, pageUrl, roleOfPage } from '../../../src/main/shell/address.ts';
import {
  answerRequest,
  judgeSender,
  permissionAllowed,
  reloadAfterCrash,
} from '../../../src/main/shell/guards.ts';

describe('externalUrl', () => {
  it.each([
    ['https://example.com/a b', 'https://example.com/a%20b'],
    ['HTTP://EXAMPLE.com', 'http://example.com/'],
    ['mailto:a@b.example', 'mailto:a@b.example'],
  ])('opens %s', (url, expected) => expect(externalUrl(url)).toBe(expected));

  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'java\nscript:alert(1)',
    ' file:///c:/windows/system32/calc.exe',
    'smb://host/share',
    'ms-msdt:/id',
    'data:text/html,x',
    'hark-app://app/chat/index.html',
    'hark://chat/1',
    '\\\\host\\share',
    '//example.com',
    'example.com',
    '',
  ])('does not open %j', (url) => expect(externalUrl(url)).toBeNull());
});

describe('judgeNavigation', () => {
  const go = (url: string, more: { mainFrame?: boolean; redirect?: boolean } = {}) =>
    judgeNavigation({ role: 'chat', url, mainFrame: true, redirect: false, ...more }).go;

  it.each<[string, string, { mainFrame?: boolean; redirect?: boolean }]>([
    ['allow', pageUrl('chat'), {}],
    ['allow', pageUrl('chat', 'x/y'), {}],
    // A page with another role's rights in this window would be a way around the roles.
    ['deny', pageUrl('admin'), {}],
    ['deny', 'hark-app://evil/chat/index.html', {}],
    ['deny', 'hark-app://user@app/chat/index.html', {}],
    ['outside', 'https://example.com/', {}],
    ['deny', 'https://example.com/', { mainFrame: false }],
    ['deny', 'https://example.com/', { redirect: true }],
    ['deny', pageUrl('chat'), { mainFrame: false }],
    ['deny', 'file:///etc/passwd', {}],
    ['deny', 'javascript:alert(1)', {}],
    ['deny', 'not an address', {}],
  ])('%s: %s %o', (expected, url, more) => expect(go(url, more)).toBe(expected));

  it('knows the role of a page through dot segments', () => {
    expect(roleOfPage('hark-app://app/chat/../admin/index.html')).toBe('admin');
    expect(roleOfPage('hark-app://app/other/index.html')).toBeNull();
  });
});

describe('judgeSender', () => {
  const window = { windowId: 'chat-1', role: 'chat' } as const;
  const frame = { url: pageUrl('chat'), isMainFrame: true };

  it('takes window and role from the registry', () => {
    expect(judgeSender({ window, frame })).toEqual(ok({ windowId: 'chat-1', role: 'chat' }));
  });
  it.each([
    ['no window of ours', { window: null, frame }],
    ['a frame that is gone', { window, frame: null }],
    ['a frame inside the page', { window, frame: { ...frame, isMainFrame: false } }],
    ['a foreign page in our window', { window, frame: { ...frame, url: 'https://example.com/chat/' } }],
    ['another role’s page', { window, frame: { ...frame, url: pageUrl('admin') } }],
    ['a blank page', { window, frame: { ...frame, url: 'about:blank' } }],
  ])('refuses %s', (_name, sender) => {
    const judged = judgeSender(sender);
    expect(judged.ok ? null : judged.error.code).toBe('FORBIDDEN');
  });
});

describe('answerRequest', () => {
  const sender = {
    window: { windowId: 'chat-1', role: 'chat' as const },
    frame: { url: pageUrl('chat'), isMainFrame: true },
  };
  const never = async () => {
    throw new Error('secret inside');
  };

  it('never lets a handler’s fault or its words out', async () => {
    const answer = await answerRequest({ sender, route: 'chat.get', input: {} }, never, memoryLog());
    expect(answer.ok ? null : answer.error.code).toBe('INTERNAL');
    expect(JSON.stringify(answer)).not.toContain('secret');
  });
  it('does not call the handler for a stranger or a route that is no text', async () => {
    let calls = 0;
    const handle = async () => ok((calls += 1));
    const log = memoryLog();
    await answerRequest({ sender: { ...sender, window: null }, route: 'chat.get', input: {} }, handle, log);
    const odd = await answerRequest(
      { sender, route: { toString: () => 'chat.get' }, input: {} },
      handle,
      log,
    );
    expect(odd.ok ? null : odd.error.code).toBe('VALIDATION_FAILED');
    expect(calls).toBe(0);
  });
});

describe('permissionAllowed', () => {
  it.each([
    ['clipboard-sanitized-write', 'hark-app://app', true],
    ['clipboard-sanitized-write', 'hark-app://app/chat/index.html', true],
    ['clipboard-sanitized-write', 'https://example.com', false],
    ['clipboard-read', 'hark-app://app', false],
    ['notifications', 'hark-app://app', false],
    ['media', 'hark-app://app', false],
    ['openExternal', 'hark-app://app', false],
  ])('%s from %s: %s', (permission, origin, expected) =>
    expect(permissionAllowed(permission, origin)).toBe(expected),
  );
});

describe('reloadAfterCrash', () => {
  it('stops a page that crashes again and again, and forgets old crashes', () => {
    expect(reloadAfterCrash([], 0)).toBe(true);
    expect(reloadAfterCrash([1000, 2000, 3000], 4000)).toBe(false);
    expect(reloadAfterCrash([1000, 2000, 3000], 62_500)).toBe(true);
  });
});
