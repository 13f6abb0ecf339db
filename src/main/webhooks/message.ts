import type { EventName } from '../../shared/webhook-events.ts';
import type { BuildInput } from './types.ts';
import { answerText, asIs, clean, cleanLine, cut, cutEscaped, measure } from './text.ts';
import type { Escape, TextUnit } from './text.ts';

/** One labelled piece of a message; `text` is cleaned, not yet escaped. */
export interface Part {
  label: string;
  text: string;
  /** Most of it shown, in the receiver's unit. */
  max: number;
}

/** A notice as a person reads it, before any service's escaping. Only what the privacy level lets out. */
export interface Message {
  /** Ours, ASCII, never user text: "Answer ready". */
  headline: string;
  /** The chat's title or the new user's name, on one line; "" when there is none to show. */
  subject: string;
  parts: Part[];
  /** Titles of the folded notices; the first few. */
  items: string[];
  /** How many folded notices `items` leaves out. */
  more: number;
  /** Model and duration, on one line; "" when not wanted. */
  facts: string;
  /** An http(s) address, percent-encoded so that no service's markup can end it; null when not wanted. */
  link: string | null;
}

/** Optional fields a target may ask for in `options.include`, a comma-separated list. */
export const INCLUDABLE = ['answer', 'error', 'link', 'model', 'duration'] as const;
export type Includable = (typeof INCLUDABLE)[number];

/** The option every receiver has. */
export const INCLUDE_OPTION = {
  name: 'include',
  label: 'Also send',
  required: false,
  hint: `Any of ${INCLUDABLE.join(', ')}, separated by commas. The answer and the error need the privacy level "full".`,
};

const WORDS: Record<
  EventName,
  { headline: string; minimal: string; folded: string; mark: 'done' | 'failed' | 'asks' | 'person' }
> = {
  chat_response: {
    headline: 'Answer ready',
    minimal: 'An answer is ready',
    folded: 'answers are ready',
    mark: 'done',
  },
  chat_failed: {
    headline: 'Answer failed',
    minimal: 'An answer failed',
    folded: 'answers failed',
    mark: 'failed',
  },
  chat_needs_input: {
    headline: 'Your input is needed',
    minimal: 'A chat needs your input',
    folded: 'chats need your input',
    mark: 'asks',
  },
  new_user: {
    headline: 'New account',
    minimal: 'A new account was created',
    folded: 'new accounts were created',
    mark: 'person',
  },
};

/** What kind of news an event is, for receivers with icons or tags. */
export const markOf = (event: EventName): 'done' | 'failed' | 'asks' | 'person' => WORDS[event].mark;

/** "3 answers are ready"; ours, free of user text. */
export const foldedHeadline = (event: EventName, count: number): string =>
  count === 1 ? WORDS[event].minimal : `${count} ${WORDS[event].folded}`;

/** Which further fields leave: the target's choice, held down by its privacy level. Sign-ups have none. */
export function included(input: BuildInput): Set<Includable> {
  if (input.privacy === 'minimal' || input.notice.event === 'new_user' || input.folded || input.plain)
    return new Set();
  const asked = new Set((input.options.include ?? '').split(/[\s,]+/));
  // The answer and an error's words are content; link, model and duration tell no more than a title does.
  const content = input.privacy === 'full';
  return new Set(
    INCLUDABLE.filter((name) => asked.has(name) && (content || (name !== 'answer' && name !== 'error'))),
  );
}

/** Longer links are left out: no service's button or field takes them. */
const LINK_MAX = 1500;

/** An http(s) link with every character encoded that some service's markup treats as special; else null. */
export function safeLink(link: string | undefined): string | null {
  if (link === undefined || link.length > LINK_MAX || !URL.canParse(link)) return null;
  const url = new URL(link);
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '')
    return null;
  // The origin stays, brackets of an IPv6 host included; behind it the parser leaves some markup as it is.
  const rest = url.href.slice(url.origin.length);
  const encoded = rest.replace(/[|()<>"'`*\\{}~[\]@!]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  const href = url.origin + encoded;
  // Encoding makes it up to nine times as long.
  return href.length > LINK_MAX ? null : href;
}

/** "850 ms", "12 s", "3 min 20 s". */
export function durationWords(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
}

const ITEMS_SHOWN = 10;
const PROMPT_MAX = 1000;
const ANSWER_MAX = 1500;
const ERROR_MAX = 500;
/** The plain form is short on purpose: it must pass where the full one did not. */
const PLAIN_MAX = 200;

/** Turns a notice into what a person reads, letting out only what privacy level and options allow. */
export function compose(input: BuildInput): Message {
  const { notice, privacy, folded } = input;
  const words = WORDS[notice.event];
  const none = { subject: '', parts: [], items: [], more: 0, facts: '', link: null };
  if (folded) {
    const titles = privacy === 'minimal' ? [] : folded.titles.map((title) => cleanLine(title.slice(0, 2000)));
    const items = titles.filter((title) => title !== '').slice(0, input.plain ? 3 : ITEMS_SHOWN);
    const more = items.length === 0 ? 0 : Math.max(0, folded.count - items.length);
    return { ...none, headline: foldedHeadline(notice.event, folded.count), items, more };
  }
  if (privacy === 'minimal') return { ...none, headline: words.minimal };
  const full = privacy === 'full';
  if (notice.event === 'new_user') {
    const subject = cleanLine(notice.user.name);
    const email = full ? cleanLine(notice.user.email) : '';
    return {
      ...none,
      headline: words.headline,
      subject,
      parts: email === '' ? [] : [{ label: 'Email', text: email, max: 320 }],
    };
  }
  const wanted = included(input);
  const extra = notice.extra ?? {};
  const parts: Part[] = [];
  const add = (label: string, text: string, max: number): void => {
    if (text !== '') parts.push({ label, text, max: input.plain ? Math.min(max, PLAIN_MAX) : max });
  };
  if (full) add('You asked', clean(notice.chat.last_message), PROMPT_MAX);
  if (wanted.has('error') && extra.error !== undefined) add('Error', clean(extra.error), ERROR_MAX);
  if (wanted.has('answer') && extra.answer !== undefined) add('Answer', answerText(extra.answer), ANSWER_MAX);
  const facts = [
    wanted.has('model') && extra.model !== undefined ? cut(cleanLine(extra.model), 100, 'utf16') : '',
    wanted.has('duration') && extra.durationMs !== undefined ? durationWords(extra.durationMs) : '',
  ];
  return {
    ...none,
    headline: words.headline,
    subject: cleanLine(notice.chat.title),
    parts,
    facts: facts.filter((fact) => fact !== '').join(', '),
    link: wanted.has('link') ? safeLink(extra.link) : null,
  };
}

/** How a service writes a message as one text. */
export interface Style {
  max: number;
  unit: TextUnit;
  escape: Escape;
  /** Makes an escaped line bold; as it is where the service knows no bold. */
  strong?: (escaped: string) => string;
  /** Writes a safe link; the bare address by default. */
  link?: (href: string) => string;
}

const TITLE_MAX = 200;
const SMALLEST_PART = 20;

/** "Answer ready: Title", cut to `max`; the headline alone when the title is empty or has no room. */
export function headlineText(message: Message, max: number, unit: TextUnit, escape: Escape): string {
  const room = max - measure(message.headline, unit) - 2;
  const subject = message.subject === '' ? '' : cutEscaped(message.subject, room, unit, escape);
  return subject === '' ? cut(message.headline, max, unit) : `${message.headline}: ${subject}`;
}

/** The lines of `layText` below its headline, each already escaped, together at most `max` of the unit. */
export function layBody(message: Message, style: Style): string {
  const { unit, escape } = style;
  let left = style.max;
  const sections: string[] = [];
  const take = (section: string): void => {
    sections.push(section);
    left -= measure(section, unit) + 2;
  };
  // Facts and link are short and wanted whole: their room is kept before the long parts take theirs.
  const facts = message.facts === '' ? '' : cutEscaped(message.facts, TITLE_MAX, unit, escape);
  const link = message.link === null ? '' : (style.link ?? String)(message.link);
  const tail = [facts, link].filter((text, at, all) => {
    const before = all.slice(0, at).reduce((sum, other) => sum + measure(other, unit) + 2, 0);
    return text !== '' && before + measure(text, unit) + 2 <= left;
  });
  left -= tail.reduce((sum, text) => sum + measure(text, unit) + 2, 0);
  for (const part of message.parts) {
    const label = `${part.label}:\n`;
    const room = Math.min(part.max, left - label.length);
    if (room < SMALLEST_PART) break;
    take(label + cutEscaped(part.text, room, unit, escape));
  }
  const items: string[] = [];
  // "and 9999 more" and the line feeds.
  let itemRoom = left - 24;
  for (const item of message.items) {
    if (itemRoom < SMALLEST_PART) break;
    const line = `• ${cutEscaped(item, Math.min(120, itemRoom - 4), unit, escape)}`;
    items.push(line);
    itemRoom -= measure(line, unit) + 1;
  }
  const unseen = message.more + message.items.length - items.length;
  if (items.length > 0) take(items.join('\n') + (unseen > 0 ? `\nand ${unseen} more` : ''));
  return [...sections, ...tail].join('\n\n');
}

/** The whole message as one text of at most `max` of the unit: headline, parts, titles, facts, link. */
export function layText(message: Message, style: Style): string {
  const strong = style.strong ?? String;
  const head = strong(headlineText(message, Math.min(TITLE_MAX, style.max), style.unit, style.escape));
  const body = layBody(message, { ...style, max: style.max - measure(head, style.unit) - 2 });
  return body === '' ? head : `${head}\n\n${body}`;
}

/** Title and body apart, for services that have a field for each; the body is never empty. */
export function layTitled(
  message: Message,
  style: Style & { titleMax: number },
): { title: string; text: string } {
  const title = headlineText(message, style.titleMax, style.unit, asIs);
  const body = layBody(message, style);
  return { title, text: body === '' ? `${message.headline}.` : body };
}
