import type { Receiver, Verdict } from '../types.ts';
import {
  answerWords,
  headerOf,
  jsonOf,
  judgeStatus,
  notItsAnswer,
  objectAt,
  retryAfterMs,
  stringAt,
  waitMs,
} from '../judge.ts';
import { compose, INCLUDE_OPTION, layText } from '../message.ts';
import { entitiesMentionless, mentionless } from '../text.ts';
import { onHost, postJson } from './common.ts';

// Bot API, sendMessage: 1 to 4,096 characters after entities are parsed; counted here before, which is stricter.
const TEXT_MAX = 4000;
/** A path prefix, the bot with its token, and whatever method was pasted along. */
const PATH = /^((?:\/[^/]+)*?\/bot(\d{5,15})(?::|%3A)([\w-]{30,}))(?:\/[A-Za-z]*)?\/?$/i;

/** Telegram bots, through Telegram's own server or a self-hosted Bot API server. */
export const telegram: Receiver = {
  kind: 'telegram',
  label: 'Telegram',
  recognise: (url) => PATH.test(url.pathname) || onHost(url, ['api.telegram.org']),
  warnings: (url) => [
    ...(PATH.test(url.pathname)
      ? []
      : ['A Telegram address looks like https://api.telegram.org/bot<token>/sendMessage?chat_id=<id>.']),
    ...(onHost(url, ['api.telegram.org']) && url.protocol === 'http:'
      ? ['Telegram takes https only: change http:// to https:// in the address.']
      : []),
  ],
  options: [
    {
      name: 'chat_id',
      label: 'Chat id',
      required: true,
      hint: 'The number of the chat, or @name of a public channel. Not needed when the address has ?chat_id=.',
    },
    { name: 'message_thread_id', label: 'Topic id', required: false, hint: 'Only for groups with topics.' },
    INCLUDE_OPTION,
  ],
  build: (input) => {
    const { searchParams } = input.url;
    const option = (name: string): string =>
      (input.options[name] ?? '').trim() || (searchParams.get(name) ?? '').trim();
    const url = new URL(input.url);
    const base = PATH.exec(url.pathname)?.[1];
    if (base !== undefined) url.pathname = `${base}/sendMessage`;
    url.search = '';
    url.hash = '';
    const thread = option('message_thread_id');
    const text = layText(compose(input), {
      max: TEXT_MAX,
      unit: 'utf16',
      escape: input.plain ? mentionless : entitiesMentionless,
      strong: (line) => (input.plain ? line : `<b>${line}</b>`),
      link: (href) => (input.plain ? href : href.replaceAll('&', '&amp;')),
    });
    return postJson(url.href, {
      chat_id: option('chat_id'),
      text,
      ...(input.plain ? {} : { parse_mode: 'HTML' }),
      link_preview_options: { is_disabled: true },
      ...(/^\d+$/.test(thread) ? { message_thread_id: Number(thread) } : {}),
    });
  },
  judge: (answer, now): Verdict => {
    const json = jsonOf(answer);
    const parameters = objectAt(json, 'parameters');
    if (json?.ok === true && answer.status < 300)
      return { kind: 'delivered', words: 'Telegram posted the message.' };
    // The body's own code counts: a proxy may have turned the status into 200.
    const said = typeof json?.error_code === 'number' ? json.error_code : answer.status;
    if (json?.ok !== false && answer.status >= 200 && answer.status < 300)
      return notItsAnswer(answer, 'Telegram');
    const words = answerWords(answer);
    if (json?.ok === false && (said === 401 || said === 404))
      return {
        kind: 'gone',
        words: `${words}. Telegram does not know this bot: its token is wrong or revoked.`,
      };
    if (json?.ok === false && said === 403)
      return { kind: 'gone', words: `${words}. The bot was blocked or removed from the chat.` };
    if (typeof parameters.migrate_to_chat_id === 'number')
      return {
        kind: 'failed',
        words: `The group has become a supergroup: set the chat id to ${parameters.migrate_to_chat_id}.`,
      };
    if (
      said === 400 &&
      /chat not found|chat_id is empty|thread not found/i.test(stringAt(json, 'description'))
    )
      return { kind: 'failed', words: `${words}. Check the chat id, and write to the bot once yourself.` };
    if (said === 429) {
      const afterMs = waitMs(parameters.retry_after) ?? retryAfterMs(headerOf(answer, 'retry-after'), now);
      return afterMs === undefined ? { kind: 'retry', words } : { kind: 'retry', words, afterMs };
    }
    return judgeStatus({ ...answer, status: said }, now);
  },
  idempotent: false,
};
