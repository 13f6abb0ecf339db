import type { ActivityState } from '../../shared/domain.ts';
import { unreachable } from '../../shared/result.ts';
import type { EventName } from '../../shared/webhook-events.ts';
import type { TargetSettings } from '../../shared/webhooks.ts';
import { inQuietHours } from './quiet-hours.ts';

export interface PolicyInput {
  event: EventName;
  target: Pick<
    TargetSettings,
    'enabled' | 'paused' | 'events' | 'when' | 'minAnswerSeconds' | 'quietHours' | 'shelfLifeHours'
  >;
  activity: ActivityState;
  /** ms since epoch */
  now: number;
  /** How long the answer took, ms; null when unknown. */
  durationMs: number | null;
  /** The user's hold, seconds: coming back in that time cancels. */
  holdSeconds: number;
}

/** Send (perhaps not before a time), or the reason why not, as the log shows it. */
export type Decision =
  | { send: true; notBefore: number | undefined; expiresAt: number }
  | { send: false; reason: string; expiresAt: number };

const HOUR = 3_600_000;

/** Which target hears of which event, and why not. Pure; the order is the order of the words a user expects. */
export function decide(input: PolicyInput): Decision {
  const { target, activity, now } = input;
  const expiresAt = now + target.shelfLifeHours * HOUR;
  const no = (reason: string): Decision => ({ send: false, reason, expiresAt });

  if (!target.enabled) return no('this target is switched off');
  if (!target.events.includes(input.event)) return no('off for this event');
  if (input.durationMs !== null && input.durationMs < target.minAnswerSeconds * 1000)
    return no(`the answer took less than ${target.minAnswerSeconds} s`);
  if (target.quietHours && inQuietHours(target.quietHours, now))
    return no(`quiet hours (${target.quietHours.from} to ${target.quietHours.to})`);

  const send = (notBefore: number | undefined): Decision => ({ send: true, notBefore, expiresAt });
  const held = input.holdSeconds > 0 ? now + input.holdSeconds * 1000 : undefined;
  const { when } = target;
  switch (when.mode) {
    case 'always':
      return send(undefined);
    case 'away':
      return activity.active ? no('you were looking') : send(held);
    case 'away_for': {
      if (activity.active) return no('you were looking');
      const due = activity.since + when.seconds * 1000;
      return send(due > now ? Math.max(due, held ?? 0) : held);
    }
    default:
      return unreachable(when);
  }
}
