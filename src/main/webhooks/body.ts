import type { GenericBody } from '../../shared/webhook-events.ts';
import type { BuildInput } from './types.ts';
import { foldedHeadline, included, safeLink } from './message.ts';
import { answerText, clean, cut } from './text.ts';

/** Further fields, present only when the target asks for them in `options.include`. */
export interface GenericExtra {
  answer?: string;
  error?: string;
  link?: string;
  model?: string;
  duration_ms?: number;
}

// Webhook bodies are meant to stay under 20 kB (Standard Webhooks 1.0.0, "payload size"); limits in UTF-8 bytes.
const ID_MAX = 200;
const TITLE_MAX = 1000;
const PROMPT_MAX = 12_000;
const ANSWER_MAX = 4000;
const PLAIN_TITLE_MAX = 200;
const PLAIN_PROMPT_MAX = 300;

/** Data, not prose: the text as it is, well-formed, cut to `max` bytes. */
const data = (text: string, max: number): string => cut(text, max, 'utf8').toWellFormed();

/**
 * The documented body: {event, chat:{id, title, last_message}} or {event, user:{email, name}}, in every case all
 * of these fields. What the privacy level holds back is "": `title` sends id and title (or the name), `minimal`
 * sends the event alone. A folded notice has the count as title and the titles, one a line, as last_message;
 * folded sign-ups have the count as name. The plain form has the same fields, shorter. `extra` is added only
 * when the target asks for fields of it.
 */
export function genericBody(input: BuildInput): GenericBody & { extra?: GenericExtra } {
  const { notice, privacy, folded } = input;
  const shown = privacy !== 'minimal';
  const full = privacy === 'full';
  const titleMax = input.plain ? PLAIN_TITLE_MAX : TITLE_MAX;
  const promptMax = input.plain ? PLAIN_PROMPT_MAX : PROMPT_MAX;
  const headline = folded ? foldedHeadline(notice.event, folded.count) : '';
  if (notice.event === 'new_user') {
    const names = folded && shown ? folded.titles.filter((name) => name !== '').join(', ') : '';
    const name = folded ? headline + (names === '' ? '' : `: ${names}`) : shown ? notice.user.name : '';
    const email = full && !folded ? data(notice.user.email, 320) : '';
    return { event: notice.event, user: { email, name: data(name, titleMax) } };
  }
  const id = shown ? data(notice.chat.id, ID_MAX) : '';
  if (folded) {
    const titles = shown ? data(folded.titles.join('\n'), promptMax) : '';
    return { event: notice.event, chat: { id, title: headline, last_message: titles } };
  }
  const chat = {
    id,
    title: shown ? data(notice.chat.title, titleMax) : '',
    last_message: full ? data(notice.chat.last_message, promptMax) : '',
  };
  const extra = genericExtra(input);
  return extra === null ? { event: notice.event, chat } : { event: notice.event, chat, extra };
}

function genericExtra(input: BuildInput): GenericExtra | null {
  const wanted = included(input);
  if (input.notice.event === 'new_user' || wanted.size === 0) return null;
  const from = input.notice.extra ?? {};
  const extra: GenericExtra = {};
  if (wanted.has('answer') && from.answer !== undefined)
    extra.answer = cut(answerText(from.answer), ANSWER_MAX, 'utf8');
  if (wanted.has('error') && from.error !== undefined) extra.error = cut(clean(from.error), 1000, 'utf8');
  const link = wanted.has('link') ? safeLink(from.link) : null;
  if (link !== null) extra.link = link;
  if (wanted.has('model') && from.model !== undefined) extra.model = data(from.model, ID_MAX);
  if (wanted.has('duration') && from.durationMs !== undefined && Number.isFinite(from.durationMs))
    extra.duration_ms = Math.round(from.durationMs);
  return Object.keys(extra).length === 0 ? null : extra;
}
