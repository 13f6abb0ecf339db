import { describe, expect, it } from 'vitest';
import { createReply } from '../../../src/server/completions/reply.ts';
import { plainTitle, readTitle } from '../../../src/server/completions/title.ts';
import { withoutDetails } from '../../../src/server/chats/message.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const text = (content: string) => ({ choices: [{ delta: { content } }] });
const thought = (words: string, field = 'reasoning_content') => ({
  choices: [{ delta: { [field]: words } }],
});

describe('a reply', () => {
  it.each(['reasoning_content', 'reasoning', 'thinking'])('reads thinking from %s', (field) => {
    const clock = new FakeClock();
    const reply = createReply(clock);
    reply.addChunk(thought('a <b>', field));
    expect(reply.content(false)).toContain('done="false"');
    clock.advance(4000);
    reply.addChunk(text('So.'));
    clock.advance(9000);
    // The time is that of the thinking, not of the answer after it.
    expect(reply.content(true)).toBe(
      '<details type="reasoning" done="true" duration="4">\n<summary>Thought for 4 seconds</summary>\n> a &lt;b&gt;\n</details>\nSo.',
    );
  });

  it('never shows pieces of a <think> tag, however the stream cuts it', () => {
    const whole = '<think>hm\nwell</think>\n\nThe answer';
    for (let size = 1; size <= 8; size += 1) {
      const reply = createReply(new FakeClock());
      for (let at = 0; at < whole.length; at += size) {
        reply.addChunk(text(whole.slice(at, at + size)));
        const shown = withoutDetails(reply.content(false));
        expect('The answer'.startsWith(shown.trim()), shown).toBe(true);
      }
      expect(withoutDetails(reply.content(true))).toBe('The answer');
      expect(reply.output()).toMatchObject([
        { content: [{ text: 'hm\nwell' }] },
        { content: [{ text: 'The answer' }] },
      ]);
    }
  });

  it.each(['<thesis> is a word', 'a < b', '<', 'see <think> in the middle</think>'])(
    'leaves %j as it is',
    (words) => {
      const reply = createReply(new FakeClock());
      reply.addChunk(text(words));
      reply.addChunk(text(' and more'));
      expect(reply.content(true)).toBe(`${words} and more`);
    },
  );

  it('takes chunks of unknown shape without harm', () => {
    const reply = createReply(new FakeClock());
    for (const chunk of [
      {},
      { choices: [] },
      { choices: [{}] },
      { choices: [{ delta: null }] },
      { sources: [] },
      text('ok'),
    ])
      reply.addChunk(chunk);
    expect(reply.content(true)).toBe('ok');
  });
});

describe('titles', () => {
  it.each([
    ['"A Title"', 'A Title'],
    ['Title: The Sea', 'The Sea'],
    ['{ "title": "In \\"JSON\\"" }', 'In "JSON"'],
    ['```json\n{"title":"Fenced"}\n```', 'Fenced'],
    ['<think>long\nthought</think>\n\n**Bold One**', 'Bold One'],
    ['# Heading', 'Heading'],
    ['   \n', null],
    ['<think>only</think>', null],
  ])('reads %j as %j', (answer, title) => expect(readTitle(answer)).toBe(title));

  it.each([
    ['', 'New Chat'],
    ['  two\nlines', 'two'],
    ['a  b\tc', 'a b c'],
    ['x'.repeat(60), `${'x'.repeat(50)}…`],
    // Cut between letters, never inside one.
    ['👩‍🚀'.repeat(3) + ' word'.repeat(20), expect.stringMatching(/^[^\ufffd]+…$/)],
  ])('makes of the prompt %j the title %j', (prompt, title) => expect(plainTitle(prompt)).toEqual(title));
});
