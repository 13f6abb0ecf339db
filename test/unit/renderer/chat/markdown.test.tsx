// @vitest-environment jsdom
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import Markdown from '../../../../src/renderer/chat/markdown.tsx';
import { createFakeBridge } from '../../../support/fake-bridge.ts';
import { renderWindow } from '../render.tsx';

const show = (text: string, running = false) => {
  const fake = createFakeBridge();
  return { fake, ...renderWindow(fake, <Markdown text={text} running={running} />) };
};

test.each([
  ['a Markdown image', '![chart](https://spy.example.com/p.png?q=secret)'],
  ['an HTML image', '<img src="https://spy.example.com/p.png?q=secret" alt="chart">'],
  ['an image inside a link', '[![chart](https://spy.example.com/p.png)](https://example.com)'],
  [
    'a set of sources',
    '<picture><source srcset="https://spy.example.com/p.png"><img src="https://spy.example.com/q.png" alt="chart"></picture>',
  ],
  [
    'a video poster',
    '<video poster="https://spy.example.com/p.png" src="https://spy.example.com/v.mp4"></video>',
  ],
  ['a background', '<div style="background:url(https://spy.example.com/p.png)">x</div>'],
])('%s asks nobody before the user says so', (_words, text) => {
  const { container } = show(text);
  for (const element of container.querySelectorAll('*')) {
    for (const name of ['src', 'srcset', 'poster', 'background', 'data', 'style']) {
      expect(element.getAttribute(name) ?? '').not.toContain('spy.example.com');
    }
  }
});

test('a remote image loads when asked, without telling where from, and offers the browser when it cannot', () => {
  const { container } = show('![chart](https://img.example.com/p.png)');
  fireEvent.click(screen.getByRole('button', { name: 'Load image from img.example.com' }));
  const image = container.querySelector('img')!;
  expect(image.getAttribute('src')).toBe('https://img.example.com/p.png');
  expect(image.getAttribute('referrerpolicy')).toBe('no-referrer');
  fireEvent.error(image);
  expect(container.querySelector('img')).toBeNull();
  expect(screen.getByRole('button', { name: 'Open in your browser' })).toBeDefined();
});

test('a link goes through the main process, and opens here only if the host cannot', async () => {
  const { fake } = show('[docs](https://example.com/a)');
  const opened = vi.spyOn(window, 'open').mockReturnValue(null);
  fireEvent.click(screen.getByRole('link', { name: 'docs' }));
  expect(fake.calls.at(-1)).toEqual({ route: 'app.open_external', input: { url: 'https://example.com/a' } });
  await Promise.resolve();
  expect(opened).not.toHaveBeenCalled();

  fake.handle('app.open_external', () => ({ ok: true, data: { opened: false } }));
  fireEvent.click(screen.getByRole('link', { name: 'docs' }));
  await waitFor(() =>
    expect(opened).toHaveBeenCalledWith('https://example.com/a', '_blank', 'noopener,noreferrer'),
  );
  opened.mockRestore();
});

test.each([
  ['[x](javascript:alert(1))'],
  ['<a href="javascript:alert(1)">x</a>'],
  ['[x](file:///etc/passwd)'],
  ['[x](data:text/html,x)'],
])('%s is no link', (text) => {
  const { container } = show(text);
  expect(container.querySelector('a')).toBeNull();
});

test('scripts, frames and styles of an answer are not in the page', () => {
  const { container } = show(
    '<script>alert(1)</script><iframe src="https://example.com"></iframe><style>*{display:none}</style>\n\nstill here',
  );
  expect(container.querySelector('script, iframe, style, object, embed')).toBeNull();
  expect(container.textContent).toContain('still here');
});

test('code copies as it is written, and the headings stay below the one of the window', async () => {
  const { container } = show('# Title\n\n```ts\nconst a = "<b>";\n\nreturn a;\n```\n\nand `inline`');
  const written: string[] = [];
  Object.defineProperty(navigator, 'clipboard', {
    configurable: true,
    value: { writeText: async (text: string) => void written.push(text) },
  });
  fireEvent.click(screen.getByRole('button', { name: 'Copy code' }));
  await screen.findByRole('button', { name: 'Copied' });
  expect(written).toEqual(['const a = "<b>";\n\nreturn a;']);
  expect(container.querySelector('h1')).toBeNull();
  expect(screen.getByRole('heading', { level: 2 }).textContent).toBe('Title');
  expect(container.querySelectorAll('pre')).toHaveLength(1);
});
