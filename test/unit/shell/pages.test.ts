import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTENT_SECURITY_POLICY, servePage } from '../../../src/main/shell/pages.ts';

let folder = '';
let root = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'hark-pages-'));
  root = path.join(folder, 'renderer');
  mkdirSync(path.join(root, 'chat'), { recursive: true });
  mkdirSync(path.join(folder, 'renderer-secrets'));
  writeFileSync(path.join(root, 'chat', 'index.html'), '<!doctype html>chat');
  writeFileSync(path.join(root, 'chat', 'a b.js'), 'let a;');
  writeFileSync(path.join(root, 'notes.key'), 'no type');
  writeFileSync(path.join(folder, 'secret.json'), '"outside"');
  writeFileSync(path.join(folder, 'renderer-secrets', 'x.json'), '"sibling"');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const get = (url: string, method = 'GET') => servePage(root, { url, method });

describe('servePage', () => {
  it('serves a page with its type and a policy', async () => {
    const answer = await get('hark-app://app/chat/index.html?x=1#section');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('<!doctype html>chat');
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });
  it('decodes names', async () => {
    const answer = await get('hark-app://app/chat/a%20b.js');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });
  it.each([
    'hark-app://app/../secret.json',
    'hark-app://app/..%2fsecret.json',
    'hark-app://app/%2e%2e/secret.json',
    'hark-app://app/%2e%2e%2fsecret.json',
    'hark-app://app/chat/..%2f..%2fsecret.json',
    'hark-app://app/..%5csecret.json',
    'hark-app://app/..%2frenderer-secrets%2fx.json',
    'hark-app://app//etc/passwd.json',
    'hark-app://app/C:%5cWindows%5cwin.json',
    'hark-app://app/chat/index.html%00.json',
    'hark-app://app/%E0%A4%A.json',
    'hark-app://app/',
    'hark-app://app/chat',
    'hark-app://app/notes.key',
    'hark-app://app/missing.json',
    'hark-app://other/chat/index.html',
    'https://app/chat/index.html',
    'not an address',
  ])('answers %s with words and nothing else', async (url) => {
    const answer = await get(url);
    expect(answer.status).toBe(404);
    const text = await answer.text();
    expect(text).not.toMatch(/outside|sibling|no type/);
    expect(text).toContain('A part of Hark is missing');
    expect(answer.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
  });
  it('answers HEAD without a body and refuses to write', async () => {
    const head = await get('hark-app://app/chat/index.html', 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await get('hark-app://app/chat/index.html', 'POST')).status).toBe(405);
  });
});

describe('the policy', () => {
  it('lets in no inline code, no eval and nothing from elsewhere', () => {
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:/);
    expect(CONTENT_SECURITY_POLICY).toContain("default-src 'none'");
  });
});
