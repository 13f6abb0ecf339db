import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { receiverOf } from '../../../src/main/webhooks/receivers/index.ts';
import type { Notice } from '../../../src/shared/webhook-events.ts';
import { RECEIVER_KINDS } from '../../../src/shared/webhooks.ts';
import { read, seen } from './oracles.ts';
import { input } from './samples.ts';

/** HARK_HOSTILE_RUNS=10000 for the long run. */
const RUNS = Number(process.env.HARK_HOSTILE_RUNS ?? 300);

const NASTY = [
  '@everyone',
  '@here',
  '@all',
  '@channel',
  '<!channel>',
  '<!here|x>',
  '<@U123>',
  '<@&99>',
  '<#C1>',
  '<users/all>',
  '<at>Ada</at>',
  '<t:1:R>',
  '<:e:1>',
  '[x](https://evil.example)',
  '![x](https://evil.example/p.png)',
  '<https://evil.example|bank>',
  'https://evil.example/a_b*c',
  'www.evil.example',
  'a@b.example',
  '{{DATE(2026-01-01T00:00:00Z)}}',
  '{{{',
  '${x}',
  '@{triggerBody()}',
  '</b><a href="x">',
  '<script>',
  '&amp;',
  '&lt;!channel&gt;',
  '&#64;all',
  '&',
  '<',
  '>',
  '*',
  '**',
  '_',
  '~~',
  '`',
  '```\n',
  '||',
  '\\',
  '\\\\',
  '\\*',
  '\n',
  '\r\n',
  '\n\n\n',
  '\n# ',
  '\n> ',
  '\n- ',
  '\n1. ',
  '|a|b|',
  '#tag',
  ':smile:',
  '/start',
  '"',
  "'",
  '\u0000',
  '\u001b[31m',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '\u2028',
  '\ud83d',
  '\udc00',
  '😀',
  '👨‍👩‍👧‍👦',
  '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
  '\u{e0041}',
  'e\u0301\u0301\u0301',
  '漢字',
  'עברית',
  'می\u200cخواهم',
  '<details>',
  '</details>',
  '<details type="reasoning">x</details>',
  ' ',
  'word',
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 12 })
  .chain((pieces) => fc.constantFrom(1, 1, 1, 1, 40, 400).map((times) => pieces.join('').repeat(times)));

const chat: fc.Arbitrary<Notice> = fc.record({
  event: fc.constantFrom('chat_response' as const, 'chat_failed' as const, 'chat_needs_input' as const),
  chat: fc.record({ id: hostile, title: hostile, last_message: hostile }),
  extra: fc.record(
    {
      model: hostile,
      answer: hostile,
      error: hostile,
      link: fc.oneof(
        hostile,
        hostile.map((text) => `https://chat.example.com/c/${text}`),
      ),
      durationMs: fc.double(),
    },
    { requiredKeys: [] },
  ),
});
const signUp: fc.Arbitrary<Notice> = fc.record({
  event: fc.constant('new_user' as const),
  user: fc.record({ email: hostile, name: hostile }),
});

const situation = fc.record({
  notice: fc.oneof({ weight: 4, arbitrary: chat }, { weight: 1, arbitrary: signUp }),
  privacy: fc.constantFrom('full' as const, 'title' as const, 'minimal' as const),
  plain: fc.boolean(),
  options: fc.constantFrom<Record<string, string>>({}, { include: 'answer,error,link,model,duration' }),
  folded: fc.option(
    fc.record({ count: fc.integer({ min: 1, max: 10_000 }), titles: fc.array(hostile, { maxLength: 30 }) }),
    { nil: undefined, freq: 5 },
  ),
});

/** What is seen is the whole text, or, when that is not short, a beginning of it followed by an ellipsis. */
function expectBeginning(shown: string, text: string): void {
  const whole = seen(text);
  if (shown === whole) return;
  expect(text.length).toBeGreaterThan(20);
  expect(shown.endsWith('…')).toBe(true);
  expect(whole.startsWith(shown.slice(0, -1))).toBe(true);
}

describe.each(RECEIVER_KINDS)('hostile text to %s', (kind) => {
  const receiver = receiverOf(kind);
  const isData = kind === 'generic' || kind === 'home_assistant';

  test('stays within the limits, stays text, and stays legible', { timeout: 1_000_000 }, () => {
    fc.assert(
      fc.property(situation, (given) => {
        const shown = read(kind, receiver.build(input(kind, given)), given.plain);
        if (given.privacy === 'minimal' || given.folded) return;
        const head = isData
          ? seen(shown.head)
          : seen(shown.head).replace(/^(Answerready|Answerfailed|Yourinputisneeded|Newaccount):?/, '');
        expectBeginning(
          head,
          given.notice.event === 'new_user' ? given.notice.user.name : given.notice.chat.title,
        );
        if (
          given.privacy === 'full' &&
          given.notice.event !== 'new_user' &&
          Object.keys(given.options).length === 0
        ) {
          const prompt = given.notice.chat.last_message;
          const body = seen(shown.rest).replace(/^Youasked:/, '');
          // The headline's own words stand in for an empty prompt.
          if (seen(prompt) !== '') expectBeginning(body, prompt);
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('privacy levels let nothing else out', { timeout: 1_000_000 }, () => {
    const CANARY = {
      title: 'qtitleq',
      prompt: 'qpromptq',
      answer: 'qanswerq',
      error: 'qerrorq',
      model: 'qmodelq',
      id: 'qidq',
      email: 'qemailq',
      name: 'qnameq',
      folded: 'qfoldedq',
    };
    const marked = (mark: string): fc.Arbitrary<string> =>
      hostile.map((text) => `${mark}${text.slice(0, 50)}${mark}`);
    const markedChat: fc.Arbitrary<Notice> = fc.record({
      event: fc.constantFrom('chat_response' as const, 'chat_failed' as const),
      chat: fc.record({
        id: marked(CANARY.id),
        title: marked(CANARY.title),
        last_message: marked(CANARY.prompt),
      }),
      extra: fc.record({
        model: marked(CANARY.model),
        answer: marked(CANARY.answer),
        error: marked(CANARY.error),
        link: fc.constant(`https://chat.example.com/c/${CANARY.id}`),
        durationMs: fc.constant(1000),
      }),
    });
    const markedUser: fc.Arbitrary<Notice> = fc.record({
      event: fc.constant('new_user' as const),
      user: fc.record({ email: marked(CANARY.email), name: marked(CANARY.name) }),
    });
    fc.assert(
      fc.property(
        fc.record({
          notice: fc.oneof(markedChat, markedUser),
          privacy: fc.constantFrom('title' as const, 'minimal' as const),
          plain: fc.boolean(),
          options: fc.constantFrom<Record<string, string>>(
            {},
            { include: 'answer,error,link,model,duration' },
          ),
          folded: fc.option(
            fc.record({ count: fc.constant(3), titles: fc.array(marked(CANARY.folded), { maxLength: 3 }) }),
            { nil: undefined },
          ),
        }),
        (given) => {
          const request = receiver.build(input(kind, given));
          const out = JSON.stringify(request).toLowerCase();
          for (const mark of [CANARY.prompt, CANARY.answer, CANARY.error, CANARY.email])
            expect(out).not.toContain(mark);
          if (given.privacy === 'minimal')
            for (const mark of Object.values(CANARY)) expect(out).not.toContain(mark);
          if (given.options.include === undefined) expect(out).not.toContain(CANARY.model);
        },
      ),
      { numRuns: Math.ceil(RUNS / 3) },
    );
  });
});
