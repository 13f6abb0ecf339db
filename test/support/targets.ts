import type { ChatNotice } from '../../src/shared/webhook-events.ts';
import type { TargetSettings } from '../../src/shared/webhooks.ts';
import type { ResolvedTarget } from '../../src/main/webhooks/types.ts';

/** A target as the owner of the engine would resolve it: the documented JSON to a URL, unsigned. */
export function targetAt(
  url: string,
  settings: Partial<TargetSettings> = {},
  more: Partial<Omit<ResolvedTarget, 'settings' | 'url'>> = {},
): ResolvedTarget {
  return {
    url,
    headers: [],
    signingSecrets: [],
    ...more,
    settings: {
      id: 'target',
      name: 'My webhook',
      kind: 'generic',
      kindChosen: true,
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

/** The notice of an answer in a chat called `title`. */
export function chatNotice(title: string, event: ChatNotice['event'] = 'chat_response'): ChatNotice {
  return { event, chat: { id: `chat-${title}`, title, last_message: `Tell me of ${title}.` } };
}
