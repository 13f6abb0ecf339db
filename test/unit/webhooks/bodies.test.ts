import { describe, expect, test } from 'vitest';
import { receiverOf } from '../../../src/main/webhooks/receivers/index.ts';
import type { BuildInput } from '../../../src/main/webhooks/types.ts';
import type { ChatEventName, Notice } from '../../../src/shared/webhook-events.ts';
import { RECEIVER_KINDS } from '../../../src/shared/webhooks.ts';
import type { ReceiverKind } from '../../../src/shared/webhooks.ts';
import { read, strings } from './oracles.ts';
import { CHAT, input, SIGN_UP, URLS } from './samples.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- parsed JSON
type Json = Record<string, any>;
const build = (kind: ReceiverKind, more: Partial<BuildInput> = {}) =>
  receiverOf(kind).build(input(kind, more));
const body = (kind: ReceiverKind, more: Partial<BuildInput> = {}): Json =>
  JSON.parse(build(kind, more).body) as Json;
const at = (url: string): Partial<BuildInput> => ({ url: new URL(url) });
const withOptions = (options: Record<string, string>): Partial<BuildInput> => ({ options });
const ALL = { include: 'answer, error link,model;duration,duration' };

describe.each(['generic', 'home_assistant'] as const)('the documented JSON to %s', (kind) => {
  test('is byte for byte what the documentation says', () => {
    expect(build(kind).body).toBe(
      '{"event":"chat_response","chat":{"id":"c-1","title":"Tea & <biscuits>","last_message":"This is the prompt I submitted."}}',
    );
    expect(build(kind, { notice: SIGN_UP }).body).toBe(
      '{"event":"new_user","user":{"email":"ada@example.com","name":"Ada"}}',
    );
  });

  test.each<ChatEventName>(['chat_failed', 'chat_needs_input'])('%s has the same shape', (event) => {
    const sent = body(kind, { notice: { ...CHAT, event } as Notice });
    expect(sent).toEqual({ event, chat: (CHAT as Json).chat });
  });

  test.each([
    ['title', { id: 'c-1', title: 'Tea & <biscuits>', last_message: '' }, { email: '', name: 'Ada' }],
    ['minimal', { id: '', title: '', last_message: '' }, { email: '', name: '' }],
  ] as const)('at privacy "%s" the fields stay, what they hold does not', (privacy, chat, user) => {
    expect(body(kind, { privacy })).toEqual({ event: 'chat_response', chat });
    expect(body(kind, { privacy, notice: SIGN_UP })).toEqual({ event: 'new_user', user });
  });

  test('further fields come only when asked for, beside the documented ones', () => {
    const options = { include: 'answer,error,link,model,duration' };
    const extra = { link: 'https://chat.example.com/c/c-1?a=1&b=2', model: 'demo', duration_ms: 83_000 };
    expect(body(kind, { options })).toEqual({
      event: 'chat_response',
      chat: (CHAT as Json).chat,
      extra: { answer: 'Steep pot it.', error: 'Out of tea', ...extra },
    });
    expect(body(kind, { options, privacy: 'title' }).extra).toEqual(extra);
    expect(body(kind, { options, privacy: 'minimal' })).not.toHaveProperty('extra');
    expect(body(kind, { options: { include: 'model' } }).extra).toEqual({ model: 'demo' });
    expect(body(kind, { options: { include: 'everything' } })).not.toHaveProperty('extra');
  });

  test('prompts of megabytes become bodies of kilobytes, still JSON', () => {
    const notice: Notice = {
      event: 'chat_response',
      chat: { id: 'x', title: 'é'.repeat(1e6), last_message: '"\n'.repeat(1e6) },
    };
    expect(Buffer.byteLength(build(kind, { notice }).body)).toBeLessThan(40_000);
    expect(Buffer.byteLength(build(kind, { notice, plain: true }).body)).toBeLessThan(1500);
  });

  test('folded notices keep the shape', () => {
    const folded = { count: 3, titles: ['One', 'Two', 'Three'] };
    expect(body(kind, { folded }).chat).toEqual({
      id: 'c-1',
      title: '3 answers are ready',
      last_message: 'One\nTwo\nThree',
    });
    expect(body(kind, { folded, privacy: 'minimal' }).chat).toEqual({
      id: '',
      title: '3 answers are ready',
      last_message: '',
    });
    expect(body(kind, { folded: { count: 2, titles: ['Ada', 'Bob'] }, notice: SIGN_UP }).user).toEqual({
      email: '',
      name: '2 new accounts were created: Ada, Bob',
    });
  });
});

const PEOPLE = RECEIVER_KINDS.filter((kind) => kind !== 'generic' && kind !== 'home_assistant');

describe.each(PEOPLE)('what a person reads in %s', (kind) => {
  const shown = (more: Partial<BuildInput> = {}): string => {
    const { head, rest } = read(kind, build(kind, more), more.plain ?? false);
    return `${head}\n${rest}`.replaceAll('\u200b', '');
  };

  test('title and prompt', () => {
    expect(shown()).toMatch(/^Answer ready: Tea & <biscuits>\nYou asked:\s+This is the prompt I submitted\./);
  });

  test('the plain form says the same, shorter', () => {
    const text = shown({
      plain: true,
      options: ALL,
      notice: { ...CHAT, chat: { id: 'x', title: 'Tea', last_message: 'p'.repeat(5000) } } as Notice,
    });
    expect(text).toMatch(/^Answer ready: Tea\nYou asked:\s+p{150,200}…$/);
  });

  test.each<[ChatEventName, RegExp]>([
    ['chat_failed', /^Answer failed: Tea/],
    ['chat_needs_input', /^Your input is needed: Tea/],
  ])('%s', (event, words) => {
    expect(shown({ notice: { ...CHAT, event } as Notice })).toMatch(words);
  });

  test('a sign-up', () => {
    expect(shown({ notice: SIGN_UP })).toMatch(/^New account: Ada\nEmail:?\s+ada@example\.com$/);
    expect(shown({ notice: SIGN_UP, privacy: 'title' })).not.toContain('example');
    expect(shown({ notice: SIGN_UP, privacy: 'minimal' })).toMatch(/^A new account was created/);
  });

  test('privacy "title" ends with the title, "minimal" says that there is something', () => {
    expect(shown({ privacy: 'title' })).toMatch(/^Answer ready: Tea & <biscuits>\n(Answer ready\.)?$/);
    expect(shown({ privacy: 'minimal' })).toMatch(/^An answer is ready\n(An answer is ready\.)?$/);
  });

  test('folded: how many, and which', () => {
    const titles = Array.from({ length: 14 }, (_one, index) => `Title ${index + 1}.`);
    const text = shown({ folded: { count: 14, titles } });
    expect(text).toMatch(/^14 answers are ready\n• Title 1\.\n• Title 2\./);
    expect(text).toMatch(/• Title 10\.\nand 4 more$/);
    expect(shown({ folded: { count: 14, titles }, privacy: 'minimal' })).not.toContain('Title');
  });

  test('the answer, model, duration and link when asked for', () => {
    const request = build(kind, { options: { include: 'answer,error,link,model,duration' } });
    const said = (
      kind === 'pushover'
        ? [...new URLSearchParams(request.body).values()]
        : strings(JSON.parse(request.body))
    )
      .join('\n')
      .replaceAll('\u200b', '')
      .replace(/\\([^\w\s])/g, '$1');
    for (const words of [
      'Steep pot it.',
      'Out of tea',
      'demo, 1 min 23 s',
      'https://chat.example.com/c/c-1?a=1&',
    ])
      expect(said).toContain(words);
    expect(said).not.toContain('secret thoughts');
    expect(said).not.toContain('evil.example');
  });

  test('nothing of it when not asked for', () => {
    const sent = decodeURIComponent(build(kind).body);
    for (const words of ['Steep', 'Out of tea', 'demo', '1 min', 'chat.example.com/c/'])
      expect(sent).not.toContain(words);
  });
});

describe('where it goes', () => {
  test.each<[string, ReceiverKind, string, string]>([
    ['Slack as given', 'slack', URLS.slack, URLS.slack],
    ['Discord waits for the message', 'discord', URLS.discord, `${URLS.discord}?wait=true`],
    [
      'Discord keeps the thread and one wait',
      'discord',
      `${URLS.discord}?thread_id=9&wait=false`,
      `${URLS.discord}?thread_id=9&wait=true`,
    ],
    ['Discord without /slack', 'discord', `${URLS.discord}/slack`, `${URLS.discord}?wait=true`],
    ['Teams byte for byte', 'teams', URLS.teams, URLS.teams],
    ['Google Chat byte for byte', 'google_chat', URLS.google_chat, URLS.google_chat],
    ['generic without fragment', 'generic', 'https://example.com/a?b=%2F#c', 'https://example.com/a?b=%2F'],
    ['ntfy to the root', 'ntfy', 'https://ntfy.sh/my-topic', 'https://ntfy.sh/'],
    [
      'ntfy under a path, auth kept',
      'ntfy',
      'https://h.example/push/my-topic?auth=QmE%3D&x=1',
      'https://h.example/push/?auth=QmE%3D',
    ],
    ['Gotify without its token', 'gotify', URLS.gotify, 'https://push.example.com/gotify/message'],
    [
      'Gotify from the base address',
      'gotify',
      'https://push.example.com/?token=Abc',
      'https://push.example.com/message',
    ],
    [
      'Telegram whatever method',
      'telegram',
      URLS.telegram.replace('sendMessage', 'getMe'),
      'https://api.telegram.org/bot123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr/sendMessage',
    ],
    [
      'Telegram from the bare bot',
      'telegram',
      'http://10.0.0.2:8081/tg/bot123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr',
      'http://10.0.0.2:8081/tg/bot123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr/sendMessage',
    ],
    ['Pushover without its keys', 'pushover', URLS.pushover, 'https://api.pushover.net/1/messages.json'],
  ])('%s', (_name, kind, url, expected) => {
    expect(build(kind, at(url)).url).toBe(expected);
  });
});

describe('services in particular', () => {
  test('a Slack workflow gets its one variable', () => {
    expect(Object.keys(body('slack', at('https://hooks.slack.com/triggers/T/1/x')))).toEqual(['text']);
  });

  test('a Discord forum post has its title', () => {
    expect(body('discord', withOptions({ thread_name: ` ${'t'.repeat(200)}` })).thread_name).toHaveLength(
      100,
    );
    expect(body('discord')).not.toHaveProperty('thread_name');
  });

  test("Telegram's chat: the option before the address", () => {
    expect(body('telegram').chat_id).toBe('-42');
    expect(body('telegram', withOptions({ chat_id: '@tea', message_thread_id: '7' }))).toMatchObject({
      chat_id: '@tea',
      message_thread_id: 7,
    });
  });

  test("Gotify's token rides in a header", () => {
    expect(build('gotify').headers['x-gotify-key']).toBe('Abcdefghijklmn.');
  });

  test("Pushover's keys ride in the form", () => {
    expect(Object.fromEntries(new URLSearchParams(build('pushover').body))).toMatchObject({
      token: 'apptokenapptoken',
      user: 'userkeyuserkey',
    });
  });

  test('ntfy is told which notice it is, so that a repeat replaces it', () => {
    expect(body('ntfy').sequence_id).toBe(input('ntfy').deliveryId);
    expect(body('ntfy', { deliveryId: 'not a sequence id' })).not.toHaveProperty('sequence_id');
  });

  test.each<[ReceiverKind, string, number | undefined]>([
    ['ntfy', '4', 4],
    ['ntfy', '99', 5],
    ['ntfy', 'high', undefined],
    ['gotify', '', 5],
    ['gotify', '-3', 0],
  ])('priority of %s %j', (kind, priority, expected) => {
    expect(body(kind, withOptions({ priority })).priority).toBe(expected);
  });

  test('a link that is none, or carries credentials, is left out', () => {
    for (const link of [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'https://a:b@c.example/',
      'not a link',
      `https://c.example/${'&'.repeat(3000)}`,
    ])
      expect(
        body('teams', { ...withOptions({ include: 'link' }), notice: { ...CHAT, extra: { link } } as Notice })
          .attachments[0].content,
      ).not.toHaveProperty('actions');
  });
});

describe.each(RECEIVER_KINDS)('everything at its largest to %s', (kind) => {
  test.each(['a', '漢', '😀', '&', '<', '@', '*', '\\', '{', '"', '\u0301', 'a\n'])('%j', (char) => {
    const text = char.repeat(20_000);
    for (const link of ['漢'.repeat(160), '&'.repeat(1400), '*'.repeat(480)].map(
      (path) => `https://chat.example.com/c/${path}`,
    )) {
      const notice: Notice = {
        event: 'chat_response',
        chat: { id: text, title: text, last_message: text },
        extra: { answer: text, error: text, model: text, durationMs: 1, link },
      };
      for (const plain of [false, true]) {
        const options = { include: 'answer,error,link,model,duration' };
        read(kind, build(kind, { notice, options, plain }), plain);
        const folded = { count: 9999, titles: Array.from({ length: 50 }, () => text) };
        read(kind, build(kind, { notice, folded, plain }), plain);
      }
    }
  });
});

test('Pushover counts characters, not bytes: a long prompt of emoji is not cut short', () => {
  const notice: Notice = {
    event: 'chat_response',
    chat: { id: 'x', title: 't', last_message: '😀'.repeat(900) },
  };
  expect(new URLSearchParams(build('pushover', { notice }).body).get('message')).toContain('😀'.repeat(900));
});

test('a link that encoding makes too long is left out', () => {
  const notice = { ...CHAT, extra: { link: `https://chat.example.com/${'漢'.repeat(500)}` } } as Notice;
  expect(body('ntfy', { notice, ...withOptions({ include: 'link' }) })).not.toHaveProperty('click');
});
