import type { Receiver } from '../types.ts';
import { genericBody } from '../body.ts';
import { judgeStatus } from '../judge.ts';
import { INCLUDE_OPTION } from '../message.ts';
import { hostOf, postJson, segmentsOf, underDomain, withoutFragment } from './common.ts';

const PAGES: Record<string, string> = {
  'discord.com': 'Discord',
  'slack.com': 'Slack',
  'chat.google.com': 'Google Chat',
  'teams.microsoft.com': 'Microsoft Teams',
  't.me': 'Telegram',
};

/** Anything that takes the documented JSON: own scripts, Zapier, n8n, Make. Also the fallback for unknown URLs. */
export const generic: Receiver = {
  kind: 'generic',
  label: 'JSON (Zapier, n8n, Make, own script)',
  recognise: () => false,
  warnings: (url) => {
    const words: string[] = [];
    if (segmentsOf(url).includes('webhook-test'))
      words.push(
        'This is an n8n test address: it answers only while the n8n editor listens. Use the production URL.',
      );
    const page = Object.keys(PAGES).find((domain) => underDomain(url, domain));
    if (page !== undefined)
      words.push(
        `This is an address at ${hostOf(url)}, but not one of a ${PAGES[page] ?? ''} webhook. Copy the webhook URL from the service's settings.`,
      );
    return words;
  },
  options: [INCLUDE_OPTION],
  build: (input) => postJson(withoutFragment(input.url), genericBody(input)),
  judge: judgeStatus,
  idempotent: true,
};
