import type { Receiver } from '../types.ts';
import { genericBody } from '../body.ts';
import { judgeStatus } from '../judge.ts';
import { INCLUDE_OPTION } from '../message.ts';
import { onHost, postJson, withoutFragment } from './common.ts';

/** Home Assistant webhook triggers: the documented JSON, read there as `trigger.json.chat.title` and so on. */
export const homeAssistant: Receiver = {
  kind: 'home_assistant',
  label: 'Home Assistant',
  recognise: (url) =>
    /^\/api\/webhook\/[^/]+\/?$/.test(url.pathname) ||
    (onHost(url, ['hooks.nabu.casa']) && url.pathname.length > 1),
  warnings: () => [
    'Home Assistant answers 200 even to an unknown webhook id: check in Home Assistant that the test arrived.',
  ],
  options: [INCLUDE_OPTION],
  build: (input) => postJson(withoutFragment(input.url), genericBody(input)),
  judge: (answer, now) => {
    const verdict = judgeStatus(answer, now);
    if (verdict.kind === 'delivered')
      return {
        kind: 'delivered',
        words: `${verdict.words}. Home Assistant says so to unknown webhook ids too.`,
      };
    if (answer.status === 405)
      return {
        kind: 'failed',
        words: `${verdict.words} In the automation's trigger, allow the method POST.`,
      };
    return verdict;
  },
  idempotent: false,
};
