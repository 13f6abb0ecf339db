import fc from 'fast-check';
import { expect, test } from 'vitest';
import { highlight } from '../../../../src/renderer/chat/highlight.ts';

const kinds = (code: string, language: string): string[] =>
  highlight(code, language)
    .filter((token) => token.kind !== 'plain')
    .map((token) => `${token.kind}:${token.text}`);

test.each([
  ['ts', "const a = 'x // y'; // z", ['keyword:const', "string:'x // y'", 'comment:// z']],
  [
    'python',
    '# it\'s\ndef f():\n  """two\nlines"""',
    ["comment:# it's", 'keyword:def', 'string:"""two\nlines"""'],
  ],
  ['SQL', "select 'it' -- why", ['keyword:select', "string:'it'", 'comment:-- why']],
  ['bash', 'echo ${#list} # count', ['keyword:echo', 'comment:# count']],
  ['rust', 'return1 x2 = 42', ['number:42']],
  ['brainfuck', 'return 1', []],
])('%s', (language, code, expected) => expect(kinds(code, language)).toEqual(expected));

test('never changes the code', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 120 }),
      fc.constantFrom('ts', 'python', 'bash', 'sql', 'html', 'css', 'json', 'yaml', 'ruby', ''),
      (code, language) =>
        highlight(code, language)
          .map((token) => token.text)
          .join('') === code,
    ),
  );
});

test.each(['"', '/*', '`', '"""', '<!--', '\\'])('stays quick on 39,000 characters of %s', (piece) => {
  const code = piece.repeat(Math.floor(39_000 / piece.length));
  const started = performance.now();
  for (const language of ['ts', 'python', 'html', 'sql']) highlight(code, language);
  expect(performance.now() - started).toBeLessThan(1_000);
});
