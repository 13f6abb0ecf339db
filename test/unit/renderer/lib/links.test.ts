import { describe, expect, test } from 'vitest';
import { imageSource, openableUrl } from '../../../../src/renderer/lib/links.ts';

describe('openableUrl', () => {
  test.each([
    ['https://example.com/a b', 'https://example.com/a%20b'],
    ['HTTP://EXAMPLE.com', 'http://example.com/'],
    ['mailto:ada@example.com', 'mailto:ada@example.com'],
    ['javascript:alert(1)', null],
    [' java\tscript:alert(1)', null],
    ['data:text/html,<script>', null],
    ['file:///etc/passwd', null],
    ['hark-app://chat/', null],
    ['smb://host/share', null],
    ['/relative', null],
    ['//example.com', null],
    ['', null],
    [undefined, null],
  ])('%s', (href, expected) => expect(openableUrl(href)?.href ?? null).toBe(expected));
});

describe('imageSource', () => {
  test.each([
    ['data:image/png;base64,AAAA', 'inline'],
    // SVG may hold scripts and links; in an <img> harmless, but of no use in an answer.
    ['data:image/svg+xml,<svg/>', 'none'],
    ['data:text/html,x', 'none'],
    ['https://example.com/a.png', 'remote'],
    ['http://192.168.1.1/pixel?chat=secret', 'remote'],
    ['//example.com/a.png', 'none'],
    ['/api/files/1', 'none'],
    ['file:///a.png', 'none'],
    ['', 'none'],
    [undefined, 'none'],
  ])('%s', (src, kind) => expect(imageSource(src).kind).toBe(kind));

  test('names the host that would be told', () => {
    expect(imageSource('https://user@img.example.com:8443/a.png')).toMatchObject({
      host: 'img.example.com:8443',
    });
  });
});
