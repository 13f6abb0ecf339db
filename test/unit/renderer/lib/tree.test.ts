import { describe, expect, test } from 'vitest';
import { branchTo, newestTip, siblingsOf } from '../../../../src/renderer/lib/tree.ts';
import { chatOf, message, summary } from '../../../support/fake-bridge.ts';

/** p1 → (a1, a2 → p2 → a3) */
const { messages } = chatOf(summary('c', 'Chat', 1), [
  message({ id: 'p1', role: 'user', timestamp: 1 }),
  message({ id: 'a1', role: 'assistant', parentId: 'p1', timestamp: 2 }),
  message({ id: 'a2', role: 'assistant', parentId: 'p1', timestamp: 3 }),
  message({ id: 'p2', role: 'user', parentId: 'a2', timestamp: 4 }),
  message({ id: 'a3', role: 'assistant', parentId: 'p2', timestamp: 5 }),
]);

describe('branchTo', () => {
  test.each([
    ['a3', ['p1', 'a2', 'p2', 'a3']],
    ['a1', ['p1', 'a1']],
    [null, []],
    ['gone', []],
  ])('%s', (tip, path) => expect(branchTo(messages, tip).map((each) => each.id)).toEqual(path));

  test('ends at a missing parent and at a loop', () => {
    const broken = {
      x: message({ id: 'x', role: 'user', parentId: 'y' }),
      y: message({ id: 'y', role: 'assistant', parentId: 'x' }),
      z: message({ id: 'z', role: 'assistant', parentId: 'nowhere' }),
    };
    expect(branchTo(broken, 'x').map((each) => each.id)).toEqual(['y', 'x']);
    expect(branchTo(broken, 'z').map((each) => each.id)).toEqual(['z']);
  });
});

test('siblings are the answers to the same prompt, oldest first', () => {
  expect(siblingsOf(messages, 'a2')).toEqual(['a1', 'a2']);
  expect(siblingsOf(messages, 'a3')).toEqual(['a3']);
  expect(siblingsOf(messages, 'gone')).toEqual([]);
});

test('answers of the same second keep the order their parent has', () => {
  const same = chatOf(summary('c', 'Chat', 1), [
    message({ id: 'p', role: 'user' }),
    message({ id: 'z', role: 'assistant', parentId: 'p', timestamp: 7 }),
    message({ id: 'b', role: 'assistant', parentId: 'p', timestamp: 7 }),
  ]).messages;
  const reversed = Object.fromEntries(Object.entries(same).reverse());
  expect(siblingsOf(reversed, 'b')).toEqual(['z', 'b']);
});

test('newestTip follows the newest child down, past children that are missing', () => {
  expect(newestTip(messages, 'p1')).toBe('a3');
  expect(newestTip(messages, 'a1')).toBe('a1');
  expect(newestTip({ p: message({ id: 'p', role: 'user', childrenIds: ['gone'] }) }, 'p')).toBe('p');
});
