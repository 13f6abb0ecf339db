/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/restrict-plus-operands --
   the JSON of twelve services is read loosely on purpose: a missing field must fail the expectation, not the types. */
import { expect } from 'vitest';
import type { BuiltRequest } from '../../../src/main/webhooks/types.ts';
import type { ReceiverKind } from '../../../src/shared/webhooks.ts';

/**
 * What a service shows of a request, read back by that service's published rules and not by our code. Each reader
 * checks limits and markup as it goes.
 */
export interface Shown {
  /** Title line with escapes undone. */
  head: string;
  /** Everything below it with escapes undone. */
  rest: string;
}

type Json = Record<string, any>;

const bytes = (text: string): number => new TextEncoder().encode(text).length;
const ENTITIES: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
const decodeEntities = (text: string): string =>
  text.replace(/&(amp|lt|gt);/g, (one) => ENTITIES[one] ?? one);

/** No control sequence can stand in text whose < > and & are all entities. */
function expectEntitiesOnly(text: string): void {
  expect(text).not.toMatch(/[<>]/);
  expect(text.replace(/&(amp|lt|gt);/g, '')).not.toContain('&');
}

function split(text: string): Shown {
  const at = text.indexOf('\n\n');
  return at === -1 ? { head: text, rest: '' } : { head: text.slice(0, at), rest: text.slice(at + 2) };
}

/** No "@" that a name could follow: it is broken by an invisible space. */
const expectNoMention = (text: string): void => expect(text).not.toMatch(/@[^\u200b\s]/u);

/** Every string in a JSON value. */
export function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

const json = (request: BuiltRequest): Json => JSON.parse(request.body) as Json;

const READERS: Record<ReceiverKind, (request: BuiltRequest, plain: boolean) => Shown> = {
  slack: (request, plain) => {
    const body = json(request);
    expect(body.text.length).toBeGreaterThan(0);
    expect(body.text.length).toBeLessThanOrEqual(4000);
    expect(body).toMatchObject({ unfurl_links: false, unfurl_media: false });
    expectEntitiesOnly(body.text.replace(/<https?:\/\/[^<>|]*>/, ''));
    if (plain) {
      expect(body.blocks).toBeUndefined();
      const shown = split(body.text);
      return { head: decodeEntities(shown.head), rest: decodeEntities(shown.rest) };
    }
    const blocks = body.blocks as Json[];
    expect(blocks.length).toBeLessThanOrEqual(50);
    let total = 0;
    for (const block of blocks) {
      const texts: Json[] = block.elements ?? [block.text];
      for (const text of texts) {
        total += text.text.length;
        expect(text.text.length).toBeGreaterThan(0);
        expect(text.text.length).toBeLessThanOrEqual(block.type === 'header' ? 150 : 3000);
        if (text.type === 'plain_text') expectEntitiesOnly(text.text);
        else expect(text.text).toMatch(/^<https?:\/\/[^<>|\s]+\|Open the chat>$/);
      }
    }
    expect(total).toBeLessThanOrEqual(12_000);
    const plainTexts = blocks.map((block) => decodeEntities(block.text?.text ?? ''));
    return { head: plainTexts[0] ?? '', rest: plainTexts.slice(1).join('\n\n') };
  },
  discord: (request) => {
    const body = json(request);
    expect(new URL(request.url).searchParams.getAll('wait')).toEqual(['true']);
    expect(body.allowed_mentions).toEqual({ parse: [] });
    expect(body.flags & 4).toBe(4);
    expect(
      Object.keys(body).filter(
        (key) => !['content', 'allowed_mentions', 'flags', 'thread_name'].includes(key),
      ),
    ).toEqual([]);
    expect(body.content.length).toBeLessThanOrEqual(2000);
    const text = (body.content as string)
      .replace(/^\*\*(.*)\*\*/, '$1')
      .replace(/(?<=\n\n)<https?:\/\/[^<>\s]+>$/, '');
    const unescaped = text.replace(/\\[^0-9A-Za-z\s]/g, 'x');
    expect(unescaped).not.toMatch(/[*_~`|<[\]\\]/);
    expect(unescaped).not.toMatch(/^\s*[#>+-]/m);
    return split(text.replace(/\\([^0-9A-Za-z\s])/g, '$1'));
  },
  teams: (request) => {
    expect(bytes(request.body)).toBeLessThanOrEqual(28_000);
    const body = json(request);
    const { content, contentType } = body.attachments[0];
    expect(body.type).toBe('message');
    expect(contentType).toBe('application/vnd.microsoft.card.adaptive');
    expect(content).toMatchObject({ type: 'AdaptiveCard', version: '1.4' });
    expect(content.msteams).toEqual({ width: 'Full' });
    const lines = (content.body as Json[]).map((block) => {
      // Text runs know no Markdown (Adaptive Cards schema, TextRun); TextBlock does.
      expect(block.type).toBe('RichTextBlock');
      expect(block.inlines).toHaveLength(1);
      expect(block.inlines[0].type).toBe('TextRun');
      expect(block.inlines[0].text).not.toContain('{{');
      return block.inlines[0].text as string;
    });
    return {
      head: lines[0] ?? '',
      rest: lines
        .slice(1)
        .join('\n')
        .replace(/^You asked\n/, 'You asked:\n'),
    };
  },
  google_chat: (request, plain) => {
    const body = json(request);
    expect(bytes(request.body)).toBeLessThanOrEqual(32_000);
    if (plain) {
      expectEntitiesOnly(body.text);
      expect(body.text.length).toBeLessThanOrEqual(4096);
      const shown = split(body.text);
      return { head: decodeEntities(shown.head), rest: decodeEntities(shown.rest) };
    }
    expectEntitiesOnly(body.fallbackText);
    const widgets = body.cardsV2[0].card.sections[0].widgets as Json[];
    const texts = widgets
      .filter((one) => one.textParagraph !== undefined)
      .map((one) => one.textParagraph.text as string);
    const bare = texts.map((text) => text.replace(/^<b>(.*)<\/b>$/s, '$1'));
    bare.forEach(expectEntitiesOnly);
    expect(bare.join('').length).toBeLessThanOrEqual(4400);
    return { head: decodeEntities(bare[0] ?? ''), rest: decodeEntities(bare[1] ?? '') };
  },
  mattermost: (request, plain) => {
    const body = json(request);
    const full = (plain ? body.text : body.attachments[0].text) as string;
    expect(full.length).toBeLessThanOrEqual(16_383);
    expect(plain ? body.attachments : body.text).toBeUndefined();
    const text = full.replace(/^\*\*(.*)\*\*/, '$1').replace(/(?<=\n\n)<https?:\/\/[^<>\s]+>$/, '');
    const unescaped = text.replace(/\\[\\*_~`|[\]<>#+-]/g, 'x');
    expect(unescaped).not.toMatch(/[*_~`|<>[\]\\#]/);
    expect(unescaped).not.toMatch(/:\/\/|www\.\w|&\w/);
    expectNoMention(text);
    if (!plain) expectNoMention(body.attachments[0].fallback);
    return split(text.replace(/\\([\\*_~`|[\]<>#+-])/g, '$1'));
  },
  rocket_chat: (request, plain) => {
    const body = json(request);
    expect(body.text.length).toBeLessThanOrEqual(plain ? 1000 : 5000);
    expect(body.parseUrls).toBe(false);
    const bold = (plain ? body.text : body.text.replace(/^\*(.*)\*/, '$1')) as string;
    const text = bold.replace(/\n\nhttps?:\/\/[^\s<>()[\]|*~`]+$/, '');
    expect(text).not.toMatch(/:\/\//);
    expectNoMention(text);
    expect(text).not.toContain('](');
    expect(text).not.toMatch(/<\w/);
    expect(text.replace(/\\[*_~`#.]/g, 'x')).not.toMatch(/[*_~`#]/);
    return split(text.replace(/\\([*_~`#.])/g, '$1'));
  },
  ntfy: (request) => {
    const body = json(request);
    expect(bytes(request.body)).toBeLessThanOrEqual(32_768);
    expect(bytes(body.message)).toBeLessThanOrEqual(4096);
    expect(body.message).not.toBe('');
    expect(new URL(request.url).pathname).toBe('/');
    expect(body.topic).toBe('my-topic');
    expect(
      Object.keys(body).filter((key) =>
        ['attach', 'icon', 'actions', 'email', 'call', 'markdown'].includes(key),
      ),
    ).toEqual([]);
    return { head: body.title, rest: body.message };
  },
  gotify: (request) => {
    const body = json(request);
    expect(body.message).not.toBe('');
    expect(body.extras?.['client::display']?.contentType ?? 'text/plain').toBe('text/plain');
    expect(request.url).not.toContain('token');
    return { head: body.title, rest: body.message };
  },
  telegram: (request, plain) => {
    const body = json(request);
    expect(body.link_preview_options).toEqual({ is_disabled: true });
    expectNoMention(body.text);
    expect(body.text.length).toBeGreaterThan(0);
    if (plain) {
      expect(body.text.length).toBeLessThanOrEqual(4096);
      expect(body.parse_mode).toBeUndefined();
      return split(body.text);
    }
    expect(body.parse_mode).toBe('HTML');
    const bare = (body.text as string).replace(/^<b>(.*)<\/b>/, '$1');
    expectEntitiesOnly(bare);
    expect(decodeEntities(bare).length).toBeLessThanOrEqual(4096);
    const shown = split(bare);
    return { head: decodeEntities(shown.head), rest: decodeEntities(shown.rest) };
  },
  pushover: (request) => {
    const form = new URLSearchParams(request.body);
    const message = form.get('message') ?? '';
    const title = form.get('title') ?? '';
    expect(Array.from(message).length).toBeLessThanOrEqual(1024);
    expect(Array.from(message).length).toBeGreaterThan(0);
    expect(Array.from(title).length).toBeLessThanOrEqual(250);
    expect(Array.from(form.get('url') ?? '').length).toBeLessThanOrEqual(512);
    expect(form.get('html')).toBeNull();
    expect(request.url).toBe('https://api.pushover.net/1/messages.json');
    return { head: title, rest: message };
  },
  generic: readGeneric,
  home_assistant: readGeneric,
};

function readGeneric(request: BuiltRequest): Shown {
  const body = json(request);
  // JSON may double or, for control characters, sextuple what the fields hold.
  expect(bytes(request.body)).toBeLessThanOrEqual(120_000);
  if (body.event === 'new_user') {
    expect(Object.keys(body).sort()).toEqual(['event', 'user']);
    expect(Object.keys(body.user).sort()).toEqual(['email', 'name']);
    return { head: body.user.name, rest: body.user.email };
  }
  expect(Object.keys(body.chat).sort()).toEqual(['id', 'last_message', 'title']);
  expect(Object.keys(body).filter((key) => !['event', 'chat', 'extra'].includes(key))).toEqual([]);
  expect(strings(body).reduce((sum, text) => sum + bytes(text), 0)).toBeLessThanOrEqual(20_000);
  return { head: body.chat.title, rest: body.chat.last_message };
}

/** Reads a request as its service would, and checks what holds for all of them. */
export function read(kind: ReceiverKind, request: BuiltRequest, plain: boolean): Shown {
  expect(request.method).toBe('POST');
  expect(URL.canParse(request.url)).toBe(true);
  expect(request.url).not.toContain('#');
  expect(request.body.isWellFormed()).toBe(true);
  const said =
    kind === 'pushover' ? [...new URLSearchParams(request.body).values()] : strings(JSON.parse(request.body));
  for (const text of said) {
    expect(text.isWellFormed()).toBe(true);
    // Generic bodies are data; for people's eyes nothing may reorder or hide.
    if (kind !== 'generic' && kind !== 'home_assistant')
      expect(text.replace(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  }
  for (const [name, value] of Object.entries(request.headers))
    expect(`${name}${value}`).toMatch(/^[\x20-\x7e]+$/);
  return READERS[kind](request, plain);
}

/** Only what is seen: white space, format characters and replaced surrogates do not count. */
export const seen = (text: string): string => text.replace(/[\s\p{Cc}\p{Cf}\p{Cs}\p{Cn}\ufffd]/gu, '');
