import { describe, expect, test } from 'vitest';
import { receiverOf, RECEIVERS, recogniseReceiver } from '../../../src/main/webhooks/receivers/index.ts';
import { RECEIVER_KINDS } from '../../../src/shared/webhooks.ts';
import type { ReceiverKind } from '../../../src/shared/webhooks.ts';
import { URLS } from './samples.ts';

const recognise = (url: string): ReceiverKind => recogniseReceiver(new URL(url));
const SLACK = 'services/T00/B00/XXX';

test('every kind has a receiver, every sample address finds its own', () => {
  expect(RECEIVERS.map((one) => one.kind).sort()).toEqual([...RECEIVER_KINDS].sort());
  for (const kind of RECEIVER_KINDS) expect(recognise(URLS[kind]), kind).toBe(kind);
});

describe('variants of the real thing', () => {
  test.each<[string, ReceiverKind]>([
    ['https://hooks.slack-gov.com/services/T/B/X', 'slack'],
    ['https://HOOKS.SLACK.COM./services/T/B/X', 'slack'],
    ['https://hooks.slack.com/workflows/T/A/1/x', 'slack'],
    ['https://hooks.slack.com/triggers/T/1/x', 'slack'],
    ['https://discordapp.com/api/webhooks/1/x', 'discord'],
    ['https://ptb.discord.com/api/v10/webhooks/1/x', 'discord'],
    ['https://canary.discord.com/api/webhooks/1/x/slack', 'discord'],
    ['https://mycompany.webhook.office.com/webhookb2/x/IncomingWebhook/y', 'teams'],
    ['https://outlook.office.com/webhook/x', 'teams'],
    [
      'https://default0f.12.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/0a/triggers/manual/paths/invoke?api-version=1&sig=x',
      'teams',
    ],
    ['https://intranet.example.com/mattermost/hooks/abcdefghijklmnopqrstuvwxyz', 'mattermost'],
    ['https://ntfy.example.org/alerts', 'ntfy'],
    ['https://gotify.example.org/message?token=x', 'gotify'],
    ['http://192.168.1.9:8081/bot123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr/sendMessage', 'telegram'],
    ['https://hooks.nabu.casa/gAAAA', 'home_assistant'],
    ['https://hooks.zapier.com/hooks/catch/123/abc/', 'generic'],
    ['https://hook.eu1.make.com/abcdef', 'generic'],
    ['https://n8n.example.com/webhook/0f8e', 'generic'],
  ])('%s', (url, kind) => {
    expect(recognise(url)).toBe(kind);
  });
});

describe('look-alikes are generic', () => {
  test.each([
    `https://evil.example/?https://hooks.slack.com/${SLACK}`,
    `https://evil.example/https://hooks.slack.com/${SLACK}`,
    `https://evil.example/#https://hooks.slack.com/${SLACK}`,
    `https://hooks.slack.com.evil.example/${SLACK}`,
    `https://xhooks.slack.com/${SLACK}`,
    `https://hooks.slack.com@evil.example/${SLACK}`,
    `https://hooks.slack.com:8443/${SLACK}`,
    `https://hооks.slack.com/${SLACK}`, // Cyrillic о
    'https://hooks.slack.com/',
    'https://discord.com.evil.example/api/webhooks/1/x',
    'https://evildiscord.com/api/webhooks/1/x',
    'https://discord.com/channels/1/2',
    'https://discord.com/api/webhooks/1',
    'https://webhook.office.com.evil.example/webhookb2/x',
    'https://evilwebhook.office.com.example/x',
    'https://evil.example/workflows/a/triggers/manual/paths/invoke?sig=x',
    'https://logic.azure.com.evil.example/workflows/a/triggers/manual/paths/invoke?sig=x',
    'https://prod-1.logic.azure.com/workflows/a/triggers/manual/paths/invoke',
    'https://prod-1.logic.azure.com/elsewhere?sig=x',
    'https://chat.googleapis.com.evil.example/v1/spaces/A/messages',
    'https://chat.googleapis.com/v1/spaces/A',
    'https://evil.example/?u=https://api.telegram.org/bot1:x/sendMessage',
    'https://evil.example/bot1:short/sendMessage',
    'https://api.pushover.net.evil.example/1/messages.json',
    'https://evil.example/x?y=/api/webhook/1',
    'https://evil.example/message?token=Cabcdefghijklmn',
    'https://ntfy.sh/',
    'https://ntfy.sh/docs',
    'https://ntfy.sh.evil.example/a/b',
    'https://myntfy.example/topic',
    'https://evil.example/?/hooks/abcdefghijklmnopqrstuvwxyz',
  ])('%s', (url) => {
    expect(recognise(url)).toBe('generic');
  });
});

describe('warnings', () => {
  test.each<[ReceiverKind, string, RegExp]>([
    ['teams', 'https://a.webhook.office.com/webhookb2/x', /retired/],
    ['slack', 'https://hooks.slack.com/triggers/T/1/x', /variable named "text"/],
    ['slack', 'http://hooks.slack.com/services/T/B/X', /https only/],
    ['discord', 'https://discord.com/api/webhooks/1/x/slack', /left off/],
    ['generic', 'https://n8n.example.com/webhook-test/1', /test address/],
    ['generic', 'https://discord.com/channels/1/2', /not one of a Discord webhook/],
    ['pushover', 'https://api.pushover.net/1/messages.json', /user key/],
    ['gotify', 'https://gotify.example.org/message', /application token/],
    ['google_chat', 'https://chat.googleapis.com/v1/spaces/A/messages?key=1', /token/],
    ['home_assistant', URLS.home_assistant, /unknown webhook id/],
    ['telegram', 'https://api.telegram.org/', /sendMessage/],
    ['ntfy', 'https://ntfy.sh/a b', /topic/],
  ])('%s %s', (kind, url, words) => {
    expect(receiverOf(kind).warnings(new URL(url)).join('\n')).toMatch(words);
  });

  test.each(RECEIVER_KINDS.filter((kind) => kind !== 'home_assistant'))(
    'a good %s address has none',
    (kind) => {
      expect(receiverOf(kind).warnings(new URL(URLS[kind]))).toEqual([]);
    },
  );
});
