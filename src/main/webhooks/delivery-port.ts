import type { Result } from '../../shared/result.ts';
import type { EventName, Notice } from '../../shared/webhook-events.ts';
import type { Delivery, DeliveryState, TestOutcome } from '../../shared/webhooks.ts';
import type { ResolvedTarget } from './types.ts';

/** One notice for one target, as the policy decided it. */
export interface EnqueueInput {
  /** Unique for ever: server + chat + message + target (or server + user for sign-ups). A second one is dropped. */
  key: string;
  scope: 'user' | 'admin';
  /** The account (server + user id) the row belongs to; rows are shown to that account alone. */
  owner: string;
  targetId: string;
  notice: Notice;
  /** ms since epoch. */
  expiresAt: number;
  /** Do not send before this time (ms since epoch): the hold. */
  notBefore?: number;
  /** Set when the policy says no: the row is written as suppressed with this reason and never sent. */
  suppressed?: string;
}

export interface DeliveryQuery {
  scope: 'user' | 'admin';
  owner: string;
  states?: DeliveryState[];
  targetId?: string;
  event?: EventName;
  before?: number;
  limit: number;
}

/** The durable outbox and its sender, used alike by the app and by the embedded backend. */
export interface DeliveryEngine {
  /** Starts sending what is due, leftovers of an earlier run included. */
  start: () => void;
  /** Flushes for at most `deadlineMs` (default 2,000), then stops; the rest waits on disk. */
  stop: (deadlineMs?: number) => Promise<void>;
  /** On disk before it returns; all of them in one transaction. Repeated keys are dropped silently. */
  enqueue: (inputs: EnqueueInput[]) => Result<{ ids: string[] }>;
  /** Cancels rows still held back (not before …) that match; returns how many. */
  cancelHeld: (owner: string, reason: string) => number;
  list: (query: DeliveryQuery) => { items: Delivery[]; more: boolean };
  get: (id: string) => Delivery | null;
  /** Sends a row again by hand, in any end state; same webhook-id. */
  redeliver: (id: string) => Result<null>;
  /** At once, never queued, never retried. */
  test: (target: ResolvedTarget, notice: Notice) => Promise<TestOutcome>;
  /** A masked curl command that would send the row. */
  curl: (id: string) => Promise<Result<string>>;
  /** The network is back or the machine woke: everything waiting may try now, free of charge. */
  wake: () => void;
  /** While offline or asleep nothing is tried and no attempt is counted. */
  setOnline: (online: boolean) => void;
}

/** What the engine asks of its owner. */
export interface DeliveryHooks {
  /** The target with its secrets; null when it was deleted (its rows are cancelled). */
  resolveTarget: (targetId: string) => Promise<ResolvedTarget | null>;
  /** The receiver is gone: the owner pauses the target and tells the user. */
  onTargetGone: (targetId: string, words: string) => void;
  /** A row changed. */
  onChange: (scope: 'user' | 'admin', owner: string) => void;
}
