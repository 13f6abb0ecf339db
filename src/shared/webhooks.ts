import type { EventName } from './webhook-events.ts';

/** Services whose incoming webhooks Hark speaks. `generic` is the documented JSON. */
export const RECEIVER_KINDS = [
  'generic',
  'slack',
  'discord',
  'teams',
  'google_chat',
  'mattermost',
  'rocket_chat',
  'ntfy',
  'gotify',
  'telegram',
  'pushover',
  'home_assistant',
] as const;
export type ReceiverKind = (typeof RECEIVER_KINDS)[number];

export const PRIVACY_LEVELS = ['full', 'title', 'minimal'] as const;
/** How much text leaves the app: everything, the title only, or nothing but "an answer is ready". */
export type PrivacyLevel = (typeof PRIVACY_LEVELS)[number];

/** Local wall-clock hours in which a target stays silent; `to` before `from` spans midnight. */
export interface QuietHours {
  /** "HH:MM", 24 h. */
  from: string;
  to: string;
  /** IANA name, such as "Europe/Berlin". */
  timeZone: string;
}

/** When a target is told: only while nobody looks, always, or after being away for some seconds. */
export type TargetWhen = { mode: 'away' } | { mode: 'always' } | { mode: 'away_for'; seconds: number };

/** A target's settings without its secrets: URL, header values and signing key live in the vault. */
export interface TargetSettings {
  id: string;
  name: string;
  kind: ReceiverKind;
  /** True once the user chose the kind; false while it follows the URL. */
  kindChosen: boolean;
  enabled: boolean;
  events: EventName[];
  when: TargetWhen;
  privacy: PrivacyLevel;
  /** Tell only of answers that took at least this long, seconds. */
  minAnswerSeconds: number;
  quietHours: QuietHours | null;
  /** A notice older than this is no longer sent, hours. */
  shelfLifeHours: number;
  /** Names only; the values are secrets. */
  headerNames: string[];
  /** Receiver's own choices, such as Telegram's chat id. Never secret. */
  options: Record<string, string>;
  /** PEM of a private certificate authority to trust for this target alone. */
  caPem: string | null;
  signing: {
    enabled: boolean;
    /** ms since epoch until which the former key signs too */ previousUntil: number | null;
  };
  /** Why Hark stopped sending there; null while it sends. */
  paused: { at: number; words: string } | null;
  createdAt: number;
}

/** What a window may see of a target. */
export interface TargetView extends TargetSettings {
  /** Scheme, host and a masked rest. */
  urlMasked: string;
  /** Words about the URL worth knowing, such as a retired service or an unencrypted public address. */
  warnings: string[];
}

export const DELIVERY_STATES = [
  'queued',
  'sending',
  'delivered',
  'failed',
  'expired',
  'cancelled',
  'suppressed',
  'unknown',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export type AttemptWhy = 'automatic' | 'manual' | 'test';

/** One try: what went out and what came back. Times in ms. */
export interface DeliveryAttempt {
  at: number;
  why: AttemptWhy;
  /** HTTP status, or null when no answer came. */
  status: number | null;
  latencyMs: number;
  /** Words a person understands: what went wrong, or the receiver's own yes. */
  words: string;
  /** The first 2 KB of the receiver's answer. */
  answer: string;
}

/** A row of the delivery log. */
export interface Delivery {
  /** Also the webhook-id header on every attempt. */
  id: string;
  event: EventName;
  /** Title of the chat or the new user's name; what the row is about. */
  subject: string;
  chatId: string | null;
  targetId: string;
  targetName: string;
  targetKind: ReceiverKind;
  urlMasked: string;
  state: DeliveryState;
  /** Why it is in that state, for a person ("you were looking", "HTTP 500 …, trying again"). */
  reason: string;
  createdAt: number;
  updatedAt: number;
  nextAt: number | null;
  expiresAt: number;
  attempts: DeliveryAttempt[];
}

/** A test send's outcome, shown at once. */
export interface TestOutcome {
  delivered: boolean;
  status: number | null;
  latencyMs: number;
  words: string;
  answer: string;
  urlMasked: string;
  kind: ReceiverKind;
}
