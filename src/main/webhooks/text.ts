/** What a service counts when it states a limit. */
export type TextUnit = 'utf16' | 'codepoint' | 'utf8';

/** Escapes one code point; `lineStart` is true while only blanks precede it on its line. Never shortens. */
export type Escape = (char: string, lineStart: boolean) => string;

const ELLIPSIS = '…';
const ZERO_WIDTH_SPACE = '\u200b';
/** Longer clusters are stacked marks, not characters anyone wrote; they are cut between code points. */
const LONGEST_GRAPHEME = 64;
/** Answers are shown by their beginning only; what lies behind this many UTF-16 units is not looked at. */
const ANSWER_LOOKED_AT = 65_536;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Length of `text` in `unit`. Lone surrogates count as the U+FFFD they are sent as. */
export function measure(text: string, unit: TextUnit): number {
  if (unit === 'utf16') return text.length;
  if (unit === 'utf8') return Buffer.byteLength(text, 'utf8');
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

// Characters that show nothing or reorder what others show: controls but tab and line feed, bidi embeddings,
// overrides and isolates, zero-width space, word joiner and its invisible kin, BOM, noncharacters.
// ZWJ, ZWNJ, LRM, RLM and variation selectors stay: emoji, Persian, Hindi and Hebrew need them.
const INVISIBLE =
  // eslint-disable-next-line no-control-regex -- naming them is the purpose
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff]/g;
// Tag characters outside a flag such as Scotland's carry hidden text.
const TAGS = /(\u{1f3f4}[\u{e0020}-\u{e007e}]{1,8}\u{e007f})|[\u{e0000}-\u{e007f}]/gu;

/** Text for a person to read: well-formed, line feeds only, free of invisible and reordering characters. */
export function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(INVISIBLE, '')
    .replace(TAGS, (_all, flag: string | undefined) => flag ?? '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Like `clean`, on one line: every run of white space becomes one space. */
export function cleanLine(text: string): string {
  return clean(text).replace(/\s+/g, ' ');
}

function escapeAll(text: string, escape: Escape, lineStart: boolean): { text: string; lineStart: boolean } {
  let out = '';
  let start = lineStart;
  for (const char of text) {
    out += escape(char, start);
    start = char === '\n' || (start && (char === ' ' || char === '\t'));
  }
  return { text: out, lineStart: start };
}

function* clusters(text: string): Generator<string> {
  for (const { segment } of graphemes.segment(text)) {
    if (segment.length <= LONGEST_GRAPHEME) yield segment;
    else yield* segment;
  }
}

/**
 * Escapes `text` and cuts it to at most `max` of `unit`, counted after escaping, between graphemes and never
 * inside an escape. A cut text ends in "…", for which room is kept; "" when not even that fits.
 */
export function cutEscaped(text: string, max: number, unit: TextUnit, escape: Escape): string {
  const room = max - measure(ELLIPSIS, unit);
  if (room < 0) return '';
  // Every unit is at most two UTF-16 units long, so the rest cannot matter: long texts stay cheap.
  const head = text.slice(0, 2 * max + 2).toWellFormed();
  let out = '';
  let size = 0;
  let fits = 0;
  let lineStart = true;
  for (const cluster of clusters(head)) {
    const escaped = escapeAll(cluster, escape, lineStart);
    size += measure(escaped.text, unit);
    if (size > max) return out.slice(0, fits).trimEnd() + ELLIPSIS;
    out += escaped.text;
    lineStart = escaped.lineStart;
    if (size <= room) fits = out.length;
  }
  return out;
}

/** Cuts without escaping; see `cutEscaped`. */
export function cut(text: string, max: number, unit: TextUnit): string {
  // Nearly every text fits; finding graphemes would be the dearest part of a send.
  if (max >= measure(ELLIPSIS, unit) && text.length <= 2 * max) {
    const whole = text.toWellFormed();
    if (measure(whole, unit) <= max) return whole;
  }
  return cutEscaped(text, max, unit, asIs);
}

/** No escaping: for plain-text fields and data. */
export const asIs: Escape = (char) => char;

/** `& < >` as entities: Slack, Google Chat, Telegram's HTML mode. */
export const entities: Escape = (char) =>
  char === '&' ? '&amp;' : char === '<' ? '&lt;' : char === '>' ? '&gt;' : char;

/** An "@" with a zero-width space behind it, which no service reads as a mention. */
const defused = (char: string): string => (char === '@' ? `@${ZERO_WIDTH_SPACE}` : char);

/** Plain text for services that look for mentions in it. */
export const mentionless: Escape = defused;

/** Entities, and mentions defused: Telegram finds @names in escaped text too. */
export const entitiesMentionless: Escape = (char, lineStart) => defused(entities(char, lineStart));

/** Discord: a backslash before anything that formats, links, pings or starts a list or heading. */
export const discordMarkdown: Escape = (char, lineStart) => {
  if ('\\*_~`|[]<'.includes(char)) return `\\${char}`;
  return lineStart && '#->+'.includes(char) ? `\\${char}` : char;
};

/**
 * Mattermost: Markdown escaped; entities, mentions, emoji and automatic links broken by a zero-width space, since
 * a link in a post is fetched for a preview and the sender cannot turn that off.
 */
export const mattermostMarkdown: Escape = (char, lineStart) => {
  if ('\\*_~`|[]<>#'.includes(char) || (lineStart && '+-'.includes(char))) return `\\${char}`;
  return '@&:.'.includes(char) ? `${char}${ZERO_WIDTH_SPACE}` : char;
};

/** Rocket.Chat: its parser takes a backslash before `* _ ~ # and backquote` only; the rest is broken up. */
export const rocketMarkdown: Escape = (char) => {
  if ('*_~`#'.includes(char)) return `\\${char}`;
  return '[]<!@:'.includes(char) ? `${char}${ZERO_WIDTH_SPACE}` : char;
};

/** Adaptive Card text runs know no Markdown, but {{DATE(…)}} is filled in; no two braces may meet. */
export const cardRun: Escape = (char) => (char === '{' ? `{${ZERO_WIDTH_SPACE}` : char);

/** Drops <details …> blocks (reasoning, tool calls), nested ones too; an unclosed one runs to the end. Linear. */
function withoutDetails(text: string): string {
  const tag = /<(\/?)details(?=[\s>/]|$)/gi;
  let out = '';
  let depth = 0;
  let from = 0;
  for (let hit = tag.exec(text); hit !== null; hit = tag.exec(text)) {
    const end = text.indexOf('>', tag.lastIndex);
    const closing = hit[1] === '/';
    if (depth === 0) out += text.slice(from, hit.index);
    if (end === -1) return out;
    depth = closing ? Math.max(0, depth - 1) : depth + 1;
    from = end + 1;
    tag.lastIndex = from;
  }
  return depth === 0 ? out + text.slice(from) : out;
}

/**
 * The part of an answer fit to be shown elsewhere: reasoning and tool blocks dropped, images replaced by their
 * alternative text so that nothing is loaded by reading, then cleaned.
 */
export function answerText(answer: string): string {
  return clean(
    withoutDetails(answer)
      .slice(0, ANSWER_LOOKED_AT)
      .replace(/<img\b[^>]{0,2000}>?/gi, '')
      .replace(/!\[([^\]\n]{0,300})\]\([^)\n]{0,2000}\)/g, '$1')
      .replace(/!(?=\[)/g, ''),
  );
}

/** Printable ASCII for a header value: anything else becomes "?". */
export function headerSafe(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, '?').trim();
}

/** Decodes percent-encoding; text with broken encoding stays as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A lone "%" in a password is just a "%".
  }
}
