import type { Receiver } from '../types.ts';
import { answerWords, jsonOf, judgeStatus, notItsAnswer } from '../judge.ts';
import { compose, INCLUDE_OPTION, layText } from '../message.ts';
import { rocketMarkdown } from '../text.ts';
import { postJson, withoutFragment } from './common.ts';

// Message_MaxAllowedSize is 5,000 by default and an administrator's choice.
const TEXT_MAX = 4000;
const PLAIN_MAX = 900;

/** Rocket.Chat incoming integrations. */
export const rocketChat: Receiver = {
  kind: 'rocket_chat',
  label: 'Rocket.Chat',
  // An integration id (17 or 24 characters) and its token, where Mattermost has the token alone.
  recognise: (url) => /(^|\/)hooks\/[A-Za-z0-9]{17,24}\/[A-Za-z0-9]{16,}\/?$/.test(url.pathname),
  warnings: () => [],
  options: [INCLUDE_OPTION],
  build: (input) =>
    postJson(withoutFragment(input.url), {
      text: layText(compose(input), {
        max: input.plain ? PLAIN_MAX : TEXT_MAX,
        unit: 'utf16',
        escape: rocketMarkdown,
        strong: (text) => (input.plain ? text : `*${text}*`),
      }),
      parseUrls: false,
    }),
  judge: (answer, now) => {
    const json = jsonOf(answer);
    if (answer.status >= 200 && answer.status < 300) {
      if (json?.success === true) return { kind: 'delivered', words: 'Rocket.Chat posted the message.' };
      return json?.success === false
        ? { kind: 'rejected', words: answerWords(answer) }
        : notItsAnswer(answer, 'Rocket.Chat');
    }
    return judgeStatus(answer, now);
  },
  idempotent: false,
};
