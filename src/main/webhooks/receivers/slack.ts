import type { BuildInput, Receiver } from '../types.ts';
import { answerWords, headerOf, jsonOf, judgeStatus, notItsAnswer, retryAfterMs } from '../judge.ts';
import { compose, headlineText, INCLUDE_OPTION, layText } from '../message.ts';
import type { Message } from '../message.ts';
import { cutEscaped, entities } from '../text.ts';
import { onHost, postJson, unencrypted, withoutFragment } from './common.ts';

const HOSTS = ['hooks.slack.com', 'hooks.slack-gov.com'];
// api.slack.com, "Block Kit" reference; text is kept far below its 40,000, since longer text is split.
const TEXT_MAX = 4000;
const HEADER_MAX = 150;
const SECTION_MAX = 3000;
const ITEM_MAX = 200;

const isWorkflow = (url: URL): boolean => /^\/(workflows|triggers)\//.test(url.pathname);

/** Errors Slack gives with 403, 404 or 400 for hooks that never work again. */
const DEAD = new Set([
  'no_service',
  'no_service_id',
  'no_active_hooks',
  'no_team',
  'team_disabled',
  'invalid_token',
  'channel_not_found',
  'channel_is_archived',
  'user_not_found',
]);

/** User text goes into plain_text objects only: they know no mrkdwn. `& < >` are entities in all of them. */
const plainText = (text: string): object => ({ type: 'plain_text', text, emoji: false });
const section = (text: string): object => ({ type: 'section', text: plainText(text) });

function blocksOf(message: Message): object[] {
  const header = headlineText(message, HEADER_MAX, 'utf16', entities);
  const blocks: object[] = [{ type: 'header', text: plainText(header) }];
  for (const part of message.parts) {
    const label = `${part.label}:\n`;
    const max = Math.min(part.max, SECTION_MAX - label.length);
    blocks.push(section(label + cutEscaped(part.text, max, 'utf16', entities)));
  }
  if (message.items.length > 0) {
    const lines = message.items.map((item) => `• ${cutEscaped(item, ITEM_MAX, 'utf16', entities)}`);
    if (message.more > 0) lines.push(`and ${message.more} more`);
    blocks.push(section(lines.join('\n')));
  }
  const context: object[] = [];
  if (message.facts !== '') context.push(plainText(cutEscaped(message.facts, 300, 'utf16', entities)));
  const link = message.link === null ? '' : `<${message.link.replaceAll('&', '&amp;')}|Open the chat>`;
  // Entities may have made it longer than a text object holds.
  if (link !== '' && link.length <= SECTION_MAX) context.push({ type: 'mrkdwn', text: link });
  if (context.length > 0) blocks.push({ type: 'context', elements: context });
  return blocks;
}

/** Slack incoming webhooks, GovSlack too, and Workflow Builder links (one variable, `text`). */
export const slack: Receiver = {
  kind: 'slack',
  label: 'Slack',
  recognise: (url) => onHost(url, HOSTS) && /^\/(services|workflows|triggers)\/[^/]+\/./.test(url.pathname),
  warnings: (url) => [
    ...unencrypted(url, 'Slack'),
    ...(isWorkflow(url)
      ? ['This is a Slack workflow link: give the workflow one variable named "text", of type text.']
      : []),
  ],
  options: [INCLUDE_OPTION],
  build: (input: BuildInput) => {
    const message = compose(input);
    const text = layText(message, { max: TEXT_MAX, unit: 'utf16', escape: entities, link: slackLink });
    const url = withoutFragment(input.url);
    if (isWorkflow(input.url)) return postJson(url, { text });
    const quiet = { unfurl_links: false, unfurl_media: false, mrkdwn: false };
    return postJson(url, input.plain ? { text, ...quiet } : { text, blocks: blocksOf(message), ...quiet });
  },
  judge: (answer, now) => {
    const said = answer.body.trim();
    const json = jsonOf(answer);
    if (answer.status >= 200 && answer.status < 300) {
      // Webhooks say "ok", workflows {"ok":true}.
      if (said === 'ok' || json?.ok === true) return { kind: 'delivered', words: 'Slack answered "ok".' };
      if (json?.ok === false) return { kind: 'rejected', words: answerWords(answer) };
      return notItsAnswer(answer, 'Slack');
    }
    if (DEAD.has(said))
      return {
        kind: 'gone',
        words: answerWords(answer, 'Slack no longer knows this webhook or its channel.'),
      };
    if (answer.status === 404 && said === '')
      return { kind: 'gone', words: answerWords(answer, 'Slack does not know this webhook.') };
    if (answer.status === 429) {
      const afterMs = retryAfterMs(headerOf(answer, 'retry-after'), now);
      // One message a second; insisting may disable the hook for good.
      return { kind: 'retry', words: answerWords(answer), afterMs: Math.max(afterMs ?? 30_000, 1000) };
    }
    return judgeStatus(answer, now);
  },
  idempotent: false,
};

const slackLink = (href: string): string => `<${href.replaceAll('&', '&amp;')}>`;
