import type { Receiver, Verdict } from '../types.ts';
import { answerWords, headerOf, jsonOf, judgeStatus, notItsAnswer, retryAfterMs, waitMs } from '../judge.ts';
import { compose, INCLUDE_OPTION, layText } from '../message.ts';
import { cleanLine, cut, discordMarkdown } from '../text.ts';
import { onHost, postJson, unencrypted } from './common.ts';

const HOSTS = ['discord.com', 'discordapp.com', 'ptb.discord.com', 'canary.discord.com'];
const PATH = /^(\/api(?:\/v\d{1,2})?\/webhooks\/\d{1,25}\/[\w-]+)(\/(?:slack|github))?\/?$/;
// Discord's OpenAPI document, IncomingWebhookRequestPartial. It counts code points; UTF-16 is never fewer.
const CONTENT_MAX = 2000;
const THREAD_NAME_MAX = 100;
const SUPPRESS_EMBEDS = 4;
const UNKNOWN_WEBHOOK = 10015;
const INVALID_TOKEN = 50027;

/** Discord channel webhooks. Sent with wait=true, since without it Discord does not say that a message was lost. */
export const discord: Receiver = {
  kind: 'discord',
  label: 'Discord',
  recognise: (url) => onHost(url, HOSTS) && PATH.test(url.pathname),
  warnings: (url) => [
    ...unencrypted(url, 'Discord'),
    ...(PATH.exec(url.pathname)?.[2] === undefined
      ? []
      : ['The ending /slack or /github is for other formats and is left off when sending.']),
  ],
  options: [
    {
      name: 'thread_name',
      label: 'Post title',
      required: false,
      hint: 'Only for forum channels: each message opens a post with this title, at most 100 characters.',
    },
    INCLUDE_OPTION,
  ],
  build: (input) => {
    const url = new URL(input.url);
    url.hash = '';
    url.pathname = PATH.exec(url.pathname)?.[1] ?? url.pathname;
    url.searchParams.set('wait', 'true');
    const content = layText(compose(input), {
      max: CONTENT_MAX,
      unit: 'utf16',
      escape: discordMarkdown,
      strong: (text) => (input.plain ? text : `**${text}**`),
      link: (href) => `<${href}>`,
    });
    const thread = cut(cleanLine(input.options.thread_name ?? ''), THREAD_NAME_MAX, 'utf16');
    return postJson(url.href, {
      content,
      allowed_mentions: { parse: [] },
      flags: SUPPRESS_EMBEDS,
      ...(thread === '' ? {} : { thread_name: thread }),
    });
  },
  judge: (answer, now): Verdict => {
    const json = jsonOf(answer);
    const { status } = answer;
    if (status === 204) return { kind: 'delivered', words: 'Discord took the message.' };
    if (status >= 200 && status < 300)
      return typeof json?.id === 'string'
        ? { kind: 'delivered', words: 'Discord posted the message.' }
        : notItsAnswer(answer, 'Discord');
    if (json?.code === UNKNOWN_WEBHOOK || json?.code === INVALID_TOKEN)
      return { kind: 'gone', words: answerWords(answer, 'The webhook was deleted or its token replaced.') };
    if (status === 429) {
      // Both may be there; the longer one is the one that counts against a hidden per-channel limit.
      const waits = [retryAfterMs(headerOf(answer, 'retry-after'), now), waitMs(json?.retry_after)];
      const known = waits.filter((wait) => wait !== undefined);
      const words = answerWords(answer);
      return known.length === 0
        ? { kind: 'retry', words }
        : { kind: 'retry', words, afterMs: Math.max(...known) };
    }
    return judgeStatus(answer, now);
  },
  idempotent: false,
};
