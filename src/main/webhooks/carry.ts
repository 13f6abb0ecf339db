import { createHash } from 'node:crypto';
import type { AttemptWhy } from '../../shared/webhooks.ts';
import type { Logger } from '../ports.ts';
import type { Lane } from './lanes.ts';
import type { OutboxRow } from './outbox.ts';
import { conclude, type Conclusion } from './outcome.ts';
import { deservesInstantRetry } from './schedule.ts';
import type { Sender, Tried } from './sender.ts';
import type { ResolvedTarget } from './types.ts';

/** Settings of a target that could not be read are read again after this long. */
const SETTINGS_DELAY_MS = 30_000;

/** What one send came to: its requests, what they mean, and what they had in common (null when none was made). */
export interface Sent {
  requests: { tried: Tried; why: AttemptWhy }[];
  conclusion: Conclusion;
  facts: { plain: boolean; urlHash: string; leadsTo: Tried['leadsTo'] } | null;
}

/** The target takes nothing: its rows end, or wait for their owner's word. */
export interface Dismissed {
  dismissed: 'cancelled' | 'queued';
  reason: string;
}

export interface CarryDeps {
  sender: Sender;
  log: Logger;
  resolveTarget: (id: string) => Promise<ResolvedTarget | null>;
  onResolved: (lane: Lane, target: ResolvedTarget) => void;
  network: () => { online: boolean; justBack: boolean };
}

/**
 * One send of one or more claimed rows (several: folded into one notice): resolves the target and makes one to three
 * requests: the first; again at once when the connection failed quickly on the first try; the plain form when
 * the full one was refused.
 */
export async function carry(
  deps: CarryDeps,
  lane: Lane,
  rows: OutboxRow[],
  signal: AbortSignal,
): Promise<Sent | Dismissed> {
  const head = rows[0];
  const newest = rows.at(-1);
  if (!head || !newest) return unsent('Nothing was left to send.');
  let target: ResolvedTarget | null;
  try {
    target = await deps.resolveTarget(lane.id);
  } catch (error) {
    deps.log.error('a target could not be read', { error });
    return unsent('The target’s settings could not be read.');
  }
  if (!target) return { dismissed: 'cancelled', reason: 'The target was deleted.' };
  deps.onResolved(lane, target);
  const { enabled, paused } = target.settings;
  if (!enabled) return { dismissed: 'cancelled', reason: 'The target is switched off.' };
  if (paused) return { dismissed: 'queued', reason: `The target is paused: ${paused.words}` };

  const requests: Sent['requests'] = [];
  const urlHash = hashOf(target.url);
  let plain = head.plain;
  let instant = head.tries === 0;
  for (;;) {
    const tried = await deps.sender.send(target, newest.notice, {
      deliveryId: head.foldId ?? head.id,
      folded: rows.length > 1 ? { count: rows.length, titles: rows.map(titleOf) } : undefined,
      plain,
      boundClass: lane.bound?.url === urlHash ? lane.bound.class : undefined,
      signal,
    });
    requests.push({ tried, why: head.why });
    const { result } = tried;
    const network = deps.network();
    if (result.kind === 'fault' && instant && network.online && deservesInstantRetry(result.fault)) {
      instant = false;
      continue;
    }
    if (result.kind === 'rejected' && !plain && !signal.aborted) {
      plain = true;
      continue;
    }
    return {
      requests,
      conclusion: conclude(tried, network),
      facts: { plain, urlHash, leadsTo: tried.leadsTo },
    };
  }
}

/** Nothing was sent, through no fault of the receiver: again in a while, free of charge. */
export function unsent(words: string): Sent {
  return {
    requests: [],
    facts: null,
    conclusion: {
      kind: 'again',
      words,
      counted: false,
      fixedMs: SETTINGS_DELAY_MS,
      throttled: false,
      maybe: false,
      network: false,
    },
  };
}

/** Tells two URLs of a target apart without keeping either. */
export function hashOf(url: string): string {
  return createHash('sha256').update(url).digest('base64url').slice(0, 22);
}

function titleOf({ notice }: OutboxRow): string {
  return notice.event === 'new_user' ? notice.user.name : notice.chat.title;
}
