import type { DeliveryState, PrivacyLevel, ReceiverKind } from '../../shared/webhooks.ts';
import type { EventName } from '../../shared/webhook-events.ts';
import type { Role } from '../../shared/domain.ts';

/** Names of services as their users know them. */
export const RECEIVER_LABELS: Record<ReceiverKind, string> = {
  generic: 'Generic JSON',
  slack: 'Slack',
  discord: 'Discord',
  teams: 'Microsoft Teams',
  google_chat: 'Google Chat',
  mattermost: 'Mattermost',
  rocket_chat: 'Rocket.Chat',
  ntfy: 'ntfy',
  gotify: 'Gotify',
  telegram: 'Telegram',
  pushover: 'Pushover',
  home_assistant: 'Home Assistant',
};

export const EVENT_LABELS: Record<EventName, string> = {
  chat_response: 'Answer is ready',
  chat_failed: 'Answer failed',
  chat_needs_input: 'Answer needs you',
  new_user: 'New sign-up',
};

export const STATE_LABELS: Record<DeliveryState, string> = {
  queued: 'Waiting',
  sending: 'Sending',
  delivered: 'Delivered',
  failed: 'Failed',
  expired: 'Expired',
  cancelled: 'Cancelled',
  suppressed: 'Not sent',
  unknown: 'Unsure',
};

/** Tone of a state's chip. */
export const STATE_TONES: Record<DeliveryState, 'good' | 'bad' | 'warn' | 'plain'> = {
  queued: 'warn',
  sending: 'warn',
  delivered: 'good',
  failed: 'bad',
  expired: 'bad',
  cancelled: 'plain',
  suppressed: 'plain',
  unknown: 'warn',
};

export const PRIVACY_LABELS: Record<PrivacyLevel, string> = {
  full: 'Full: title and your prompt',
  title: 'Title only',
  minimal: 'Nothing but “an answer is ready”',
};

export const ROLE_LABELS: Record<Role, string> = { pending: 'Pending', user: 'User', admin: 'Admin' };

/** The host of a masked URL, for places too small for the whole. */
export function maskedHost(urlMasked: string): string {
  return /^[a-z]+:\/\/([^/?#]+)/i.exec(urlMasked)?.[1] ?? urlMasked;
}
