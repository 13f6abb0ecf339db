import type { Receiver } from '../types.ts';
import { answerWords, jsonOf, judgeStatus, notItsAnswer } from '../judge.ts';
import { compose, INCLUDE_OPTION, layTitled } from '../message.ts';
import { asIs, headerSafe } from '../text.ts';
import { hostOf, integerOption, postJson } from './common.ts';

// Gotify states no limit; these keep a notification readable.
const MESSAGE_MAX = 4000;
const TITLE_MAX = 250;

const endsInMessage = (url: URL): boolean => /(^|\/)message\/?$/.test(url.pathname);

/** Gotify. The application token moves from the query to a header, so that it stays out of access logs. */
export const gotify: Receiver = {
  kind: 'gotify',
  label: 'Gotify',
  // Application tokens are "A" and 14 characters.
  recognise: (url) =>
    endsInMessage(url) &&
    (/^A[\w.-]{14}$/.test(url.searchParams.get('token') ?? '') || hostOf(url).startsWith('gotify.')),
  warnings: (url) =>
    url.searchParams.has('token')
      ? []
      : ['Gotify needs an application token: add ?token=… to the address, or the header X-Gotify-Key.'],
  options: [
    { name: 'priority', label: 'Priority', required: false, hint: '0 (silent) to 10; 5 makes a sound.' },
    INCLUDE_OPTION,
  ],
  build: (input) => {
    const url = new URL(input.url);
    url.hash = '';
    const token = url.searchParams.get('token');
    url.searchParams.delete('token');
    url.pathname = endsInMessage(url)
      ? url.pathname.replace(/\/$/, '')
      : `${url.pathname.replace(/\/$/, '')}/message`;
    const message = compose(input);
    const style = { max: MESSAGE_MAX, titleMax: TITLE_MAX, unit: 'utf16', escape: asIs } as const;
    const laid = layTitled({ ...message, link: null }, style);
    const click = message.link === null ? {} : { 'client::notification': { click: { url: message.link } } };
    return postJson(
      url.href,
      {
        title: laid.title,
        message: laid.text,
        priority: integerOption(input.options.priority, 0, 10) ?? 5,
        ...(input.plain ? {} : { extras: { 'client::display': { contentType: 'text/plain' }, ...click } }),
      },
      token === null ? {} : { 'x-gotify-key': headerSafe(token) },
    );
  },
  judge: (answer, now) => {
    if (answer.status >= 200 && answer.status < 300)
      return typeof jsonOf(answer)?.id === 'number'
        ? { kind: 'delivered', words: 'Gotify took the message.' }
        : notItsAnswer(answer, 'Gotify');
    if (answer.status === 401 || answer.status === 403)
      return {
        kind: 'gone',
        words: answerWords(answer, 'Gotify refuses the application token: it was deleted or is mistyped.'),
      };
    return judgeStatus(answer, now);
  },
  idempotent: false,
};
