import type { Receiver, Verdict } from '../types.ts';
import { answerWords, headerOf, jsonOf, judgeStatus, notItsAnswer } from '../judge.ts';
import { compose, INCLUDE_OPTION, layTitled } from '../message.ts';
import { asIs } from '../text.ts';
import { integerOption, onHost, unencrypted } from './common.ts';

// pushover.net/api: message 1,024, title 250, url 512, url_title 100 characters (code points).
const MESSAGE_MAX = 1024;
const TITLE_MAX = 250;
const URL_MAX = 512;
/** Priority 2 wants to be acknowledged and repeats itself; a notice is never that urgent. */
const PRIORITY_MAX = 1;
/** Pushover asks for at least 5 s between tries. */
const LEAST_WAIT_MS = 5000;

/** Pushover. Application token and user key stand in the address and move into the form that is posted. */
export const pushover: Receiver = {
  kind: 'pushover',
  label: 'Pushover',
  recognise: (url) => onHost(url, ['api.pushover.net']),
  warnings: (url) => [
    ...unencrypted(url, 'Pushover'),
    ...(url.searchParams.has('token') && url.searchParams.has('user')
      ? []
      : [
          'Write application token and user key into the address: https://api.pushover.net/1/messages.json?token=<token>&user=<key>.',
        ]),
  ],
  options: [
    { name: 'priority', label: 'Priority', required: false, hint: '-2 (silent) to 1 (high); 0 is usual.' },
    {
      name: 'device',
      label: 'Device',
      required: false,
      hint: 'The name of one device; all of them if empty.',
    },
    {
      name: 'sound',
      label: 'Sound',
      required: false,
      hint: 'The name of a Pushover sound, such as "magic".',
    },
    INCLUDE_OPTION,
  ],
  build: (input) => {
    const message = compose(input);
    const style = { max: MESSAGE_MAX, titleMax: TITLE_MAX, unit: 'codepoint', escape: asIs } as const;
    const laid = layTitled({ ...message, link: null }, style);
    const form = new URLSearchParams({
      token: input.url.searchParams.get('token') ?? '',
      user: input.url.searchParams.get('user') ?? '',
      title: laid.title,
      message: laid.text,
    });
    const priority = integerOption(input.options.priority, -2, PRIORITY_MAX);
    if (priority !== undefined) form.set('priority', String(priority));
    for (const name of ['device', 'sound'] as const) {
      const value = (input.options[name] ?? '').trim();
      if (/^[\w,-]{1,100}$/.test(value)) form.set(name, value);
    }
    if (message.link !== null && message.link.length <= URL_MAX) {
      form.set('url', message.link);
      form.set('url_title', 'Open the chat');
    }
    return {
      url: `${input.url.origin}/1/messages.json`,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    };
  },
  judge: (answer, now): Verdict => {
    const json = jsonOf(answer);
    if (answer.status >= 200 && answer.status < 300)
      return json?.status === 1
        ? { kind: 'delivered', words: 'Pushover took the message.' }
        : notItsAnswer(answer, 'Pushover');
    const errors = Array.isArray(json?.errors) ? json.errors.filter((one) => typeof one === 'string') : [];
    const said = errors.join('; ');
    const verdict = judgeStatus(answer, now);
    const words = said === '' ? verdict.words : answerWords({ ...answer, body: said });
    if (/application token is invalid|user (identifier|key) is (invalid|not a valid)/i.test(said))
      return { kind: 'gone', words: `${words}. Check application token and user key.` };
    if (verdict.kind !== 'retry') return { ...verdict, words };
    // Over the monthly quota; the header says in Unix seconds when it starts anew.
    const reset = Number(headerOf(answer, 'x-limit-app-reset'));
    const untilReset = answer.status === 429 && reset > 0 ? reset * 1000 - now : 0;
    return { kind: 'retry', words, afterMs: Math.max(verdict.afterMs ?? 0, untilReset, LEAST_WAIT_MS) };
  },
  idempotent: false,
};
