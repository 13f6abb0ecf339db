import { beforeEach, describe, expect, test } from 'vitest';
import { appendStream, useStreams } from '../../../../src/renderer/lib/stream-store.ts';

describe('appendStream', () => {
  test.each([
    ['the start', '', { from: 0, text: 'Ligh' }, 'Ligh'],
    ['more', 'Ligh', { from: 4, text: 'thouse' }, 'Lighthouse'],
    ['the same batch twice', 'Lighthouse', { from: 4, text: 'thouse' }, 'Lighthouse'],
    ['a correction', 'Lighthouse', { from: 5, text: '' }, 'Light'],
    ['a missed batch', 'Ligh', { from: 6, text: 'ouse' }, null],
    ['a surrogate pair cut in two', 'a\ud83d', { from: 2, text: '\ude00!' }, 'a😀!'],
  ])('%s', (_words, content, batch, expected) => {
    expect(appendStream(content, batch)).toBe(expected);
  });
});

describe('the store', () => {
  beforeEach(() => useStreams.setState({ texts: {} }));

  test('leaves other answers untouched and says when text was missed', () => {
    const { append, set, drop } = useStreams.getState();
    set('a', 'one');
    expect(append('b', { from: 0, text: 'two' })).toBe(true);
    expect(append('b', { from: 9, text: '!' })).toBe(false);
    expect(useStreams.getState().texts).toEqual({ a: 'one', b: 'two' });
    drop('a');
    expect(useStreams.getState().texts).toEqual({ b: 'two' });
  });
});
