import type { HttpAnswer } from '../ports.ts';
import type { Notice } from '../../shared/webhook-events.ts';
import type { PrivacyLevel, ReceiverKind, TargetSettings } from '../../shared/webhooks.ts';

/** Everything a builder may look at. */
export interface BuildInput {
  /** The user's URL, parsed; already through the address rules. */
  url: URL;
  notice: Notice;
  privacy: PrivacyLevel;
  options: Record<string, string>;
  /** webhook-id: receivers with an idempotency field put it there. */
  deliveryId: string;
  /** Set when several answers were folded into one notice. */
  folded?: { count: number; titles: string[] };
  /** Build the short plain-text form after a receiver refused the full one. */
  plain?: boolean;
}

/** A request ready to be signed and sent. `body` is sent byte for byte. */
export interface BuiltRequest {
  url: string;
  method: 'POST';
  headers: Record<string, string>;
  body: string;
}

/** What a receiver's answer means. `words` quote the receiver where it said something. */
export type Verdict =
  | { kind: 'delivered'; words: string }
  /** Try again later; `afterMs` when the receiver said how long. */
  | { kind: 'retry'; words: string; afterMs?: number }
  /** The same bytes will never be taken: try the plain form once, then give up. */
  | { kind: 'rejected'; words: string }
  /** Final, and the plain form would not help either: redirects, 404, 405, refused credentials. */
  | { kind: 'failed'; words: string }
  /** The endpoint is gone: pause the target and tell the user. */
  | { kind: 'gone'; words: string };

/** One receiving service. One file each in receivers/. */
export interface Receiver {
  kind: ReceiverKind;
  /** The service's name as users know it. */
  label: string;
  /** True when a URL is surely this service's, by host and path, never by substring. */
  recognise: (url: URL) => boolean;
  /** Words about such a URL worth knowing at Save; empty when there are none. */
  warnings: (url: URL) => string[];
  /** Options this service needs, such as Telegram's chat id; empty when the URL says all. */
  options: { name: string; label: string; required: boolean; hint: string }[];
  build: (input: BuildInput) => BuiltRequest;
  judge: (answer: HttpAnswer, now: number) => Verdict;
  /** True when the receiver drops repeats of the same delivery id. */
  idempotent: boolean;
}

/** A target with its secrets, in memory for one send only. */
export interface ResolvedTarget {
  settings: TargetSettings;
  url: string;
  headers: [name: string, value: string][];
  /** whsec_… keys, current first; the former one only while it still signs. */
  signingSecrets: string[];
}
