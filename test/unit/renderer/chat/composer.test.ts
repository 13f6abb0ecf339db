// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { sendsPrompt } from '../../../../src/renderer/chat/composer.tsx';
import { pickModel } from '../../../../src/renderer/chat/model-picker.tsx';
import { runMark } from '../../../../src/renderer/chat/chat-store.ts';
import { flattenPages } from '../../../../src/renderer/chat/sidebar.tsx';
import { summary } from '../../../support/fake-bridge.ts';

const key = (part: object) => ({
  key: 'Enter',
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  composing: false,
  ...part,
});

test.each([
  ['Enter', {}, [true, false]],
  ['Shift+Enter', { shiftKey: true }, [false, false]],
  ['Ctrl+Enter', { ctrlKey: true }, [true, true]],
  ['Cmd+Enter', { metaKey: true }, [true, true]],
  ['Enter that ends a composed word', { composing: true }, [false, false]],
  ['another key', { key: 'a', ctrlKey: true }, [false, false]],
])('%s sends (with Enter, with Ctrl+Enter)', (_words, part, expected) => {
  expect([sendsPrompt(key(part), true), sendsPrompt(key(part), false)]).toEqual(expected);
});

const models = ['a', 'b'].map((id) => ({ id, name: id, ownedBy: 'x', description: null }));
test.each([
  ['the first wanted one that exists', ['gone', null, 'b', 'a'], 'b'],
  ['else the first there is', ['gone'], 'a'],
])('pickModel gives %s', (_words, wanted, expected) => expect(pickModel(models, wanted)).toBe(expected));
test('pickModel gives null where there is none', () => expect(pickModel([], ['a'])).toBeNull());

const run = (status: 'running' | 'done' | 'failed' | 'stopped') => ({
  chatId: 'c',
  messageId: 'm',
  title: '',
  status,
  startedAt: 0,
  endedAt: null,
  error: null,
});
test.each([
  ['running', [], 'running'],
  ['running', ['m'], 'running'],
  ['done', [], 'ready'],
  ['done', ['m'], null],
  ['failed', [], 'failed'],
  ['failed', ['m'], null],
  ['stopped', [], null],
] as const)('a run that is %s, seen %j, is marked %s', (status, seen, mark) => {
  expect(runMark(run(status), seen)).toBe(mark);
});

test('a chat that moved between two pages is listed once, as its first page has it', () => {
  const pages = [
    { items: [summary('a', 'New title', 9)], more: true },
    { items: [summary('b', 'B', 8), summary('a', 'Old title', 7)], more: false },
  ];
  expect(flattenPages(pages).map((chat) => chat.title)).toEqual(['New title', 'B']);
});
