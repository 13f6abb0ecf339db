import type { BuildInput, ResolvedTarget } from '../../../src/main/webhooks/types.ts';
import type { HttpAnswer } from '../../../src/main/ports.ts';
import type { Notice } from '../../../src/shared/webhook-events.ts';
import type { ReceiverKind, TargetSettings } from '../../../src/shared/webhooks.ts';

/** One genuine-looking address per receiver; tokens are made up. */
export const URLS: Record<ReceiverKind, string> = {
  generic: 'https://example.com/hook?x=1',
  slack: 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX',
  discord: 'https://discord.com/api/webhooks/123456789012345678/abcDEF-ghi_jkl',
  teams:
    'https://prod-12.westeurope.logic.azure.com/workflows/0123abcd/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=a%2Bb_c-d',
  google_chat: 'https://chat.googleapis.com/v1/spaces/AAAAsp/messages?key=k-1&token=t%3D2',
  mattermost: 'https://chat.example.com/hooks/abcdefghijklmnopqrstuvwxyz',
  rocket_chat: 'https://rocket.example.com/hooks/5f1a2b3c4d5e6f7a8b9c0d1e/AbCdEfGhIjKlMnOpQrStUvWxYz012345',
  ntfy: 'https://ntfy.sh/my-topic',
  gotify: 'https://push.example.com/gotify/message?token=Abcdefghijklmn.',
  telegram:
    'https://api.telegram.org/bot123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr/sendMessage?chat_id=-42',
  pushover: 'https://api.pushover.net/1/messages.json?token=apptokenapptoken&user=userkeyuserkey',
  home_assistant: 'http://homeassistant.local:8123/api/webhook/answer-ready-1234',
};

export const CHAT: Notice = {
  event: 'chat_response',
  chat: { id: 'c-1', title: 'Tea & <biscuits>', last_message: 'This is the prompt I submitted.' },
  extra: {
    model: 'demo',
    durationMs: 83_000,
    answer: '<details type="reasoning">secret thoughts</details>Steep ![pot](https://evil.example/p.png) it.',
    error: 'Out of tea',
    link: 'https://chat.example.com/c/c-1?a=1&b=2',
  },
};

export const SIGN_UP: Notice = { event: 'new_user', user: { email: 'ada@example.com', name: 'Ada' } };

export function input(kind: ReceiverKind, more: Partial<BuildInput> = {}): BuildInput {
  return {
    url: new URL(URLS[kind]),
    notice: CHAT,
    privacy: 'full',
    options: {},
    deliveryId: '01890a5d-ac96-774b-bcce-b302099a8057',
    ...more,
  };
}

export function target(
  kind: ReceiverKind,
  more: Partial<ResolvedTarget> = {},
  settings: Partial<TargetSettings> = {},
): ResolvedTarget {
  return {
    url: URLS[kind],
    headers: [],
    signingSecrets: [],
    ...more,
    settings: {
      id: 't1',
      name: 'Mine',
      kind,
      kindChosen: false,
      enabled: true,
      events: ['chat_response'],
      when: { mode: 'away' },
      privacy: 'full',
      minAnswerSeconds: 0,
      quietHours: null,
      shelfLifeHours: 24,
      headerNames: [],
      options: {},
      caPem: null,
      signing: { enabled: false, previousUntil: null },
      paused: null,
      createdAt: 0,
      ...settings,
    },
  };
}

export function answer(status: number, body: unknown = '', headers: Record<string, string> = {}): HttpAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, body: text, headers, cut: false, latencyMs: 1 };
}
