import type { Receiver, Verdict } from '../types.ts';
import {
  answerWords,
  headerOf,
  jsonOf,
  judgeStatus,
  notItsAnswer,
  retryAfterMs,
  stringAt,
} from '../judge.ts';
import { compose, INCLUDE_OPTION, layTitled, markOf } from '../message.ts';
import { asIs } from '../text.ts';
import { hostOf, integerOption, postJson, segmentsOf } from './common.ts';

// ntfy docs/publish.md: a message above 4,096 bytes becomes an attachment; the JSON may have 32,768.
const MESSAGE_MAX = 4000;
const TITLE_MAX = 250;
const TOPIC = /^[-_A-Za-z0-9]{1,64}$/;
/** Where names of ntfy's own pages and API stand in place of a topic. */
const NO_TOPIC = new Set(['v1', 'docs', 'app', 'account', 'login', 'signup', 'settings', 'static', 'file']);
const TAGS = { done: 'speech_balloon', failed: 'warning', asks: 'question', person: 'bust_in_silhouette' };
/** A visitor's allowance refills by one request every 5 s; ntfy sends no Retry-After. */
const REFILL_MS = 10_000;
const DAY_MS = 86_400_000;
const DAILY_QUOTA = 42908;
const TOO_MANY_FAILED_LOGINS = 42909;

/** ntfy, hosted or self-hosted. JSON goes to the server's root: posted to the topic it would be shown raw. */
export const ntfy: Receiver = {
  kind: 'ntfy',
  label: 'ntfy',
  recognise: (url) => {
    const host = hostOf(url);
    const [topic, ...rest] = segmentsOf(url);
    return (
      (host === 'ntfy.sh' || host.startsWith('ntfy.')) &&
      topic !== undefined &&
      rest.length === 0 &&
      TOPIC.test(topic) &&
      !NO_TOPIC.has(topic)
    );
  },
  warnings: (url) =>
    TOPIC.test(segmentsOf(url).at(-1) ?? '')
      ? []
      : ['An ntfy address ends in a topic of letters, digits, "-" or "_", such as https://ntfy.sh/my-topic.'],
  options: [
    { name: 'priority', label: 'Priority', required: false, hint: '1 (lowest) to 5 (highest); 3 is usual.' },
    INCLUDE_OPTION,
  ],
  build: (input) => {
    const segments = segmentsOf(input.url);
    const topic = segments.pop() ?? '';
    const url = new URL(input.url);
    url.hash = '';
    url.pathname = segments.length === 0 ? '/' : `/${segments.join('/')}/`;
    const auth = url.searchParams.get('auth');
    url.search = auth === null ? '' : `?auth=${encodeURIComponent(auth)}`;
    const message = compose(input);
    const laid = layTitled(
      { ...message, link: null },
      { max: MESSAGE_MAX, titleMax: TITLE_MAX, unit: 'utf8', escape: asIs },
    );
    const priority = integerOption(input.options.priority, 1, 5);
    return postJson(url.href, {
      topic,
      title: laid.title,
      message: laid.text,
      ...(input.plain ? {} : { tags: [TAGS[markOf(input.notice.event)]] }),
      ...(priority === undefined ? {} : { priority }),
      ...(message.link === null ? {} : { click: message.link }),
      // Servers from 2.16 on replace a notice of the same sequence; older ones ignore it.
      ...(TOPIC.test(input.deliveryId) ? { sequence_id: input.deliveryId } : {}),
    });
  },
  judge: (answer, now): Verdict => {
    const json = jsonOf(answer);
    const { status } = answer;
    if (status >= 200 && status < 300)
      return stringAt(json, 'id') === ''
        ? notItsAnswer(answer, 'ntfy')
        : { kind: 'delivered', words: 'ntfy took the message.' };
    if (status === 401 || status === 403)
      return {
        kind: 'gone',
        words: answerWords(answer, 'ntfy refuses the topic: check the access token and its rights.'),
      };
    if (status === 429) {
      const asked = retryAfterMs(headerOf(answer, 'retry-after'), now);
      // The daily quota is reset at midnight UTC.
      const untilMidnight = DAY_MS - (now % DAY_MS);
      const own =
        json?.code === DAILY_QUOTA
          ? untilMidnight
          : json?.code === TOO_MANY_FAILED_LOGINS
            ? 60_000
            : REFILL_MS;
      return { kind: 'retry', words: answerWords(answer), afterMs: asked ?? own };
    }
    return judgeStatus(answer, now);
  },
  idempotent: true,
};
