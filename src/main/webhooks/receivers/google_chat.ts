import type { Receiver } from '../types.ts';
import { answerWords, jsonOf, judgeStatus, notItsAnswer, objectAt, stringAt } from '../judge.ts';
import { compose, headlineText, INCLUDE_OPTION, layBody, layText } from '../message.ts';
import { entities } from '../text.ts';
import { onHost, postJson, unencrypted, withoutFragment } from './common.ts';

// developers.google.com/chat: 32,000 bytes in all, text of about 4,096 characters; bytes are the stricter count.
const TEXT_MAX = 4000;
const FALLBACK_MAX = 1000;

/** Google Chat space webhooks: a card, whose text knows a few HTML tags and no mentions. */
export const googleChat: Receiver = {
  kind: 'google_chat',
  label: 'Google Chat',
  recognise: (url) =>
    onHost(url, ['chat.googleapis.com']) && /^\/v1\/spaces\/[^/]+\/messages\/?$/.test(url.pathname),
  warnings: (url) => [
    ...unencrypted(url, 'Google Chat'),
    ...(url.searchParams.has('key') && url.searchParams.has('token')
      ? []
      : ['The address lacks its key or token: copy the whole webhook URL from Google Chat.']),
  ],
  options: [INCLUDE_OPTION],
  build: (input) => {
    const message = compose(input);
    const url = withoutFragment(input.url);
    const style = { unit: 'utf8', escape: entities } as const;
    if (input.plain) return postJson(url, { text: layText(message, { ...style, max: FALLBACK_MAX }) });
    const body = layBody({ ...message, link: null }, { ...style, max: TEXT_MAX });
    const widgets: object[] = [
      { textParagraph: { text: `<b>${headlineText(message, 250, 'utf8', entities)}</b>` } },
    ];
    if (body !== '') widgets.push({ textParagraph: { text: body } });
    if (message.link !== null)
      widgets.push({
        buttonList: { buttons: [{ text: 'Open the chat', onClick: { openLink: { url: message.link } } }] },
      });
    return postJson(url, {
      fallbackText: headlineText(message, FALLBACK_MAX, 'utf8', entities),
      cardsV2: [{ cardId: 'notice', card: { sections: [{ widgets }] } }],
    });
  },
  judge: (answer, now) => {
    const json = jsonOf(answer);
    if (answer.status >= 200 && answer.status < 300)
      return stringAt(json, 'name') === ''
        ? notItsAnswer(answer, 'Google Chat')
        : { kind: 'delivered', words: 'Google Chat posted the message.' };
    const state = stringAt(objectAt(json, 'error'), 'status');
    // The space or its webhook was deleted, or the token revoked.
    if (
      (answer.status === 404 && state === 'NOT_FOUND') ||
      (answer.status === 401 && state === 'UNAUTHENTICATED')
    )
      return { kind: 'gone', words: answerWords(answer, 'The space or its webhook no longer exists.') };
    return judgeStatus(answer, now);
  },
  idempotent: false,
};
