import { describe, expect, it } from 'vitest';
import { readEvent, type RunUpdate } from '../../../src/main/chat/run-text.ts';

describe('readEvent', () => {
  const cases: [name: string, type: string, data: unknown, expected: RunUpdate[]][] = [
    ['cumulative content replaces', 'chat:completion', { content: 'ab' }, [{ kind: 'replace', text: 'ab' }]],
    [
      'a delta appends',
      'chat:completion',
      { choices: [{ delta: { content: 'b' } }] },
      [{ kind: 'append', text: 'b' }],
    ],
    [
      'content beside a delta is not counted twice',
      'chat:completion',
      { content: 'ab', choices: [{ delta: { content: 'b' } }] },
      [{ kind: 'replace', text: 'ab' }],
    ],
    [
      'the final frame ends with its text and title',
      'chat:completion',
      { done: true, content: 'abc', title: 'T', usage: {} },
      [{ kind: 'done', text: 'abc', title: 'T' }],
    ],
    [
      'a final frame without text keeps what came',
      'chat:completion',
      { done: true },
      [{ kind: 'done', text: null, title: null }],
    ],
    ['usage alone says nothing', 'chat:completion', { usage: { total_tokens: 3 } }, []],
    [
      'an error frame fails',
      'chat:completion',
      { error: { message: 'no quota' } },
      [{ kind: 'failed', words: 'no quota', text: null }],
    ],
    [
      'an error as text',
      'chat:completion',
      { error: 'boom' },
      [{ kind: 'failed', words: 'boom', text: null }],
    ],
    [
      'an error of unknown shape still has words',
      'chat:message:error',
      {},
      [{ kind: 'failed', words: 'The answer failed.', text: null }],
    ],
    [
      'the newer error event',
      'chat:message:error',
      { error: { content: 'rate' } },
      [{ kind: 'failed', words: 'rate', text: null }],
    ],
    ['old name of a delta', 'message', { content: 'x' }, [{ kind: 'append', text: 'x' }]],
    ['old name of a replacement', 'replace', { content: 'x' }, [{ kind: 'replace', text: 'x' }]],
    ['cancelled', 'chat:tasks:cancel', null, [{ kind: 'stopped' }]],
    ['title as text', 'chat:title', 'New', [{ kind: 'title', title: 'New' }]],
    ['title as object', 'chat:title', { title: 'New' }, [{ kind: 'title', title: 'New' }]],
    [
      'a question for the user',
      'confirmation',
      { title: 'Run it?' },
      [{ kind: 'needs_input', words: 'Run it?' }],
    ],
    ['unknown kinds pass by', 'status', { description: 'searching' }, []],
    ['garbage does not throw', 'chat:completion', 'garbage', []],
  ];
  it.each(cases)('%s', (_name, type, data, expected) => {
    expect(readEvent(type, data)).toEqual(expected);
  });
});
