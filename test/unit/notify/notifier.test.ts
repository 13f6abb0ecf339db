import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/main/notify/explain.ts';
import { createNotifier } from '../../../src/main/notify/notifier.ts';
import type { EndedRun } from '../../../src/main/chat/runs.ts';
import type { StoredRun } from '../../../src/main/chat/run-store.ts';
import { memoryLog } from '../../../src/main/log/memory-log.ts';
import type { DeliveryEngine, EnqueueInput } from '../../../src/main/webhooks/delivery-port.ts';
import type { ActivityState, Settings } from '../../../src/shared/domain.ts';
import type { Delivery, TargetView } from '../../../src/shared/webhooks.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const target = (id: string, over: Partial<TargetView> = {}): TargetView => ({
  id,
  name: id,
  kind: 'generic',
  kindChosen: false,
  enabled: true,
  events: ['chat_response', 'chat_failed'],
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
  urlMasked: 'https://example.com/…',
  warnings: [],
  ...over,
});
const run = (over: Partial<EndedRun> = {}): EndedRun => ({
  owner: 's:u',
  key: 's:u|c|m',
  chatId: 'c',
  messageId: 'm',
  title: 'Title',
  prompt: 'The prompt',
  answer: 'The answer',
  model: 'demo',
  status: 'done',
  error: null,
  durationMs: 1200,
  whileGone: false,
  ...over,
});
const looking: ActivityState = { active: true, since: 0, words: 'Looking: the chat window has focus' };
const away: ActivityState = {
  active: false,
  since: 0,
  reason: 'not_focused',
  words: 'Away: no window focused',
};

function setup(
  options: {
    activity?: ActivityState;
    targets?: TargetView[];
    notifications?: Settings['notifications'];
  } = {},
) {
  const rows: EnqueueInput[] = [];
  const toasts: string[] = [];
  const sounds: string[] = [];
  const cancelled: string[] = [];
  const delivery = {
    enqueue: (inputs: EnqueueInput[]) => {
      rows.push(...inputs);
      return { ok: true, data: { ids: inputs.map((_, i) => `msg_${i}`) } };
    },
    cancelHeld: (owner: string, reason: string) => cancelled.push(`${owner}: ${reason}`),
  } as unknown as DeliveryEngine;
  const notifier = createNotifier({
    clock: new FakeClock(),
    log: memoryLog(),
    delivery,
    targets: () => options.targets ?? [target('a')],
    activity: () => options.activity ?? away,
    settings: () =>
      ({
        activity: { idleSeconds: 0, holdSeconds: 0 },
        notifications: options.notifications ?? { toast: true, sound: false },
      }) as Settings,
    toaster: { show: async ({ title, body }) => (toasts.push(`${title}: ${body}`), { shown: true }) },
    owner: () => 's:u',
    onStorageFailure: () => undefined,
    playSound: (name) => sounds.push(name),
  });
  return { notifier, rows, toasts, sounds, cancelled };
}

describe('notifier', () => {
  it('away: one row a target with a key of its own, the prompt as last_message', () => {
    const { notifier, rows } = setup({ targets: [target('a'), target('b')] });
    notifier.answerEnded(run());
    expect(rows.map((r) => r.key)).toEqual(['s:u|c|m|a', 's:u|c|m|b']);
    expect(rows[0]).toMatchObject({
      notice: { event: 'chat_response', chat: { id: 'c', title: 'Title', last_message: 'The prompt' } },
    });
    expect(rows.every((r) => r.suppressed === undefined)).toBe(true);
  });

  it('looking: the row is written as suppressed with the reason, no toast, no sound', () => {
    const { notifier, rows, toasts, sounds } = setup({
      activity: looking,
      notifications: { toast: true, sound: true },
    });
    notifier.answerEnded(run());
    expect(rows[0]?.suppressed).toBe('you were looking');
    expect([...toasts, ...sounds]).toEqual([]);
  });

  it('an answer that ended while Hark was not running is told though a window has focus now', () => {
    const { notifier, rows } = setup({ activity: looking });
    notifier.answerEnded(run({ whileGone: true }));
    expect(rows[0]?.suppressed).toBeUndefined();
  });

  it('failed is its own event, stopped by hand is none', () => {
    const { notifier, rows, toasts } = setup();
    notifier.answerEnded(run({ status: 'failed', error: 'no quota' }));
    notifier.answerEnded(run({ status: 'stopped' }));
    expect(rows.map((r) => r.notice.event)).toEqual(['chat_failed']);
    expect(toasts).toEqual(['Title: The answer failed.']);
  });

  it('toast and sound have switches of their own', () => {
    const { notifier, rows, toasts, sounds } = setup({ notifications: { toast: false, sound: true } });
    notifier.answerEnded(run());
    expect([rows.length, toasts.length, sounds]).toEqual([1, 0, ['ready']]);
  });

  it('coming back cancels what is held; leaving does not', () => {
    const { notifier, cancelled } = setup();
    notifier.activityChanged(away);
    notifier.activityChanged(looking);
    expect(cancelled).toEqual(['s:u: you came back in time']);
  });
});

describe('explain', () => {
  const stored = (told: string): StoredRun => ({
    key: 'k',
    owner: 'o',
    chatId: 'c',
    messageId: 'm',
    title: 'Tides',
    model: 'x',
    startedAt: 0,
    endedAt: 1,
    status: 'done',
    told,
    deliveryIds: [],
  });
  const row = (state: Delivery['state'], reason: string): Delivery => ({
    id: 'msg_1',
    event: 'chat_response',
    subject: 'Tides',
    chatId: 'c',
    targetId: 'a',
    targetName: 'Phone',
    targetKind: 'ntfy',
    urlMasked: '',
    state,
    reason,
    createdAt: 0,
    updatedAt: 0,
    nextAt: null,
    expiresAt: 0,
    attempts: [],
  });
  it.each([
    ['nothing yet', null, [], /No answer has ended yet/],
    ['no webhook set', stored('No webhook is set, so none was called.'), [], /“Tides”.*No webhook is set/],
    [
      'suppressed',
      stored(''),
      [row('suppressed', 'you were looking')],
      /“Phone” was not told: you were looking\./,
    ],
    [
      'failed',
      stored(''),
      [row('failed', 'HTTP 404: no_service')],
      /could not be told: HTTP 404: no_service/,
    ],
    ['still trying', stored(''), [row('queued', 'HTTP 500, trying again')], /still to be told: HTTP 500/],
    ['delivered', stored(''), [row('delivered', 'ok')], /was told/],
  ] as [string, StoredRun | null, Delivery[], RegExp][])('%s', (_name, last, rows, words) => {
    expect(explain(last, rows).words).toMatch(words);
  });
});
