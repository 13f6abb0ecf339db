import type { ActivityState, Settings } from '../../shared/domain.ts';
import type { ChatEventName, ChatNotice } from '../../shared/webhook-events.ts';
import type { TargetView } from '../../shared/webhooks.ts';
import type { EndedRun } from '../chat/runs.ts';
import type { Clock, Logger, Toaster } from '../ports.ts';
import type { DeliveryEngine, EnqueueInput } from '../webhooks/delivery-port.ts';
import { decide } from './policy.ts';

/** Enough of an answer for a receiver that wants its beginning; the rest never enters the outbox. */
const ANSWER_KEPT = 4000;

export interface Notifier {
  /** Tells of an ended answer, once for its key; gives what was decided, in words, and the rows written. */
  answerEnded: (run: EndedRun) => { told: string; deliveryIds: string[] };
  needsInput: (run: Omit<EndedRun, 'answer' | 'error' | 'status'>, words: string) => void;
  /** The belief about the user changed: held notices are cancelled when they come back. */
  activityChanged: (state: ActivityState) => void;
}

/** Joins activity, policy, targets and delivery: decides who hears of what, and writes why not. */
export function createNotifier(options: {
  clock: Clock;
  log: Logger;
  delivery: DeliveryEngine;
  targets: (owner: string) => TargetView[];
  activity: () => ActivityState;
  settings: () => Settings;
  toaster: Toaster;
  /** The account in use now, whose held notices coming back cancels. */
  owner: () => string | null;
  /** The disk refused: the user must hear of it in the app. */
  onStorageFailure: (words: string) => void;
  playSound: (name: 'ready' | 'failed') => void;
}): Notifier {
  const { clock, log, delivery } = options;

  const tell = (
    event: ChatEventName,
    run: Omit<EndedRun, 'answer' | 'error' | 'status'>,
    extra: NonNullable<ChatNotice['extra']>,
    keySuffix: string,
  ): { told: string; deliveryIds: string[] } => {
    const now = clock.now();
    const activity: ActivityState = run.whileGone
      ? { active: false, since: 0, reason: 'no_window', words: 'Away: Hark was not running' }
      : options.activity();
    const notice: ChatNotice = {
      event,
      chat: { id: run.chatId, title: run.title, last_message: run.prompt },
      extra: {
        model: run.model,
        ...(run.durationMs === null ? {} : { durationMs: run.durationMs }),
        ...extra,
      },
    };
    const targets = options.targets(run.owner);
    const rows = targets.map((target): EnqueueInput => {
      const decision = decide({
        event,
        target,
        activity,
        now,
        durationMs: run.durationMs,
        holdSeconds: options.settings().activity.holdSeconds,
      });
      return {
        key: `${run.key}|${target.id}${keySuffix}`,
        scope: 'user',
        owner: run.owner,
        targetId: target.id,
        notice,
        expiresAt: decision.expiresAt,
        ...(decision.send
          ? decision.notBefore === undefined
            ? {}
            : { notBefore: decision.notBefore }
          : { suppressed: decision.reason }),
      };
    });
    const written = delivery.enqueue(rows);
    if (!written.ok) {
      log.error('a notice could not be written to the outbox', { code: written.error.code });
      options.onStorageFailure(written.error.message);
    }
    if (!activity.active) surface(event, run);
    log.info('answer ended', { event, active: activity.active, targets: targets.length });
    const told =
      targets.length === 0
        ? 'No webhook is set, so none was called.'
        : written.ok
          ? activity.words
          : `The notice could not be stored: ${written.error.message}`;
    return { told, deliveryIds: written.ok ? written.data.ids : [] };
  };

  /** Native notification and sound, independent of the webhook. */
  const surface = (event: ChatEventName, run: Omit<EndedRun, 'answer' | 'error' | 'status'>): void => {
    const { toast, sound } = options.settings().notifications;
    if (sound) options.playSound(event === 'chat_failed' ? 'failed' : 'ready');
    if (!toast) return;
    const body = {
      chat_response: 'The answer is ready.',
      chat_failed: 'The answer failed.',
      chat_needs_input: 'The answer waits for you.',
    }[event];
    options.toaster
      .show({ key: run.key, title: run.title, body, chatId: run.chatId })
      .then((outcome) => {
        if (!outcome.shown) log.info('no native notification', { words: outcome.words });
      })
      .catch((error: unknown) => log.warn('the native notification failed', { error: String(error) }));
  };

  return {
    answerEnded: (run) => {
      if (run.status === 'stopped' || run.status === 'running')
        return { told: 'The answer was stopped by hand, so nothing was sent.', deliveryIds: [] };
      const failed = run.status === 'failed';
      return tell(
        failed ? 'chat_failed' : 'chat_response',
        run,
        failed ? { error: run.error ?? 'The answer failed.' } : { answer: run.answer.slice(0, ANSWER_KEPT) },
        '',
      );
    },
    needsInput: (run, words) => {
      tell('chat_needs_input', run, { error: words }, `|input|${clock.now()}`);
    },
    activityChanged: (state) => {
      const owner = options.owner();
      if (state.active && owner !== null) delivery.cancelHeld(owner, 'you came back in time');
    },
  };
}
