import type { Receiver } from '../types.ts';
import { judgeStatus, notItsAnswer } from '../judge.ts';
import { compose, headlineText, INCLUDE_OPTION, layBody, layText } from '../message.ts';
import { mattermostMarkdown, mentionless } from '../text.ts';
import { postJson, withoutFragment } from './common.ts';

// A post holds 16,383 characters since Mattermost 5.0; longer ones are split.
const TEXT_MAX = 8000;
const PLAIN_MAX = 1000;

/** Mattermost incoming webhooks. Text sits in an attachment, which gets no link preview. */
export const mattermost: Receiver = {
  kind: 'mattermost',
  label: 'Mattermost',
  // Tokens are 26 characters of Mattermost's own base 32; the server may live under a path.
  recognise: (url) => /(^|\/)hooks\/[a-z0-9]{26}\/?$/.test(url.pathname),
  warnings: () => [],
  options: [INCLUDE_OPTION],
  build: (input) => {
    const message = compose(input);
    const url = withoutFragment(input.url);
    const style = { unit: 'utf16', escape: mattermostMarkdown, link: (href: string) => `<${href}>` } as const;
    if (input.plain) return postJson(url, { text: layText(message, { ...style, max: PLAIN_MAX }) });
    const head = `**${headlineText(message, 600, 'utf16', mattermostMarkdown)}**`;
    const body = layBody(message, { ...style, max: TEXT_MAX });
    return postJson(url, {
      attachments: [
        {
          fallback: headlineText(message, 400, 'utf16', mentionless),
          text: body === '' ? head : `${head}\n\n${body}`,
        },
      ],
    });
  },
  judge: (answer, now) => {
    if (answer.status < 200 || answer.status >= 300) return judgeStatus(answer, now);
    return answer.body.trim() === 'ok'
      ? { kind: 'delivered', words: 'Mattermost answered "ok".' }
      : notItsAnswer(answer, 'Mattermost');
  },
  idempotent: false,
};
