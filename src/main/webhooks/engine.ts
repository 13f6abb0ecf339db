import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { inTransaction, storageWords } from '../db/open.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import type { Clock, HttpTransport, Logger } from '../ports.ts';
import { previewRequest, toCurl } from './build.ts';
import { createDeliveryLog } from './delivery-log.ts';
import type { DeliveryEngine, DeliveryHooks, EnqueueInput } from './delivery-port.ts';
import { hashOf } from './carry.ts';
import { createDispatcher } from './dispatcher.ts';
import { createLanes, type Lane, type LaneLimits } from './lanes.ts';
import { maskUrl } from './mask.ts';
import { createOutbox, type FoldRule, type OutboxRow } from './outbox.ts';
import { conclude, throttleMs } from './outcome.ts';
import { createSender, type SendLimits } from './sender.ts';

export { deliveryMigrations } from './outbox-schema.ts';

export interface DeliveryEngineOptions {
  /** Opened with `deliveryMigrations`, used by this engine alone. */
  db: DatabaseSync;
  clock: Clock;
  transport: HttpTransport;
  hooks: DeliveryHooks;
  log: Logger;
  /** [0, 1), for the jitter. */
  random?: () => number;
  /** Asked before each send, beside setOnline. */
  isOnline?: () => boolean;
  limits?: Partial<LaneLimits> & SendLimits;
  /** When a backlog becomes one notice; null: never. */
  fold?: FoldRule | null;
  /** Ended rows are kept this long, and at most so many. */
  retention?: { days: number; rows: number };
}

const FOLD: FoldRule = { above: 3, waitedMs: 30_000, most: 200 };
const LIMITS: LaneLimits = { concurrency: 16, slowAfterMs: 1_000, mostOpen: 128 };
const RETENTION = { days: 30, rows: 10_000 };

const NOT_FOUND = 'This delivery is not in the log any more.';

/**
 * The durable outbox and its sender. A notice is on disk before its first byte leaves and goes under the same
 * webhook-id on every try; one send at a time per target, targets side by side. Results are written by group commit,
 * and a target's next send starts only once its last result is on disk: a crash repeats at most the one notice per
 * target that was under way, under the same id.
 */
export function createDeliveryEngine(options: DeliveryEngineOptions): DeliveryEngine {
  const { db, clock, hooks, transport, random = Math.random } = options;
  const log = options.log.with('delivery');
  const limits = { ...LIMITS, ...options.limits };
  const newId = (): string => `msg_${randomUUID().replaceAll('-', '')}`;
  const outbox = createOutbox(db, newId);
  const deliveries = createDeliveryLog(db);
  const lanes = createLanes({ clock, outbox, limits });
  const sender = createSender({ transport, clock, log, limits });
  const dispatcher = createDispatcher({
    db,
    clock,
    log,
    hooks,
    outbox,
    lanes,
    sender,
    random,
    isOnline: options.isOnline ?? (() => true),
    fold: options.fold === undefined ? FOLD : options.fold,
    retention: options.retention ?? RETENTION,
  });

  /** True when a new row of this lane may be claimed as it is written: one flush of the disk instead of two. */
  const mayGoAtOnce = (lane: Lane, now: number, promised: number): boolean =>
    dispatcher.running &&
    lanes.isFree(lane) &&
    (lane.nextAt === null || lane.nextAt > now) &&
    lanes.hasRoom(promised) &&
    dispatcher.usable();

  const enqueue = (inputs: EnqueueInput[]): Result<{ ids: string[] }> => {
    dispatcher.observeClock();
    const now = clock.now();
    const ids: string[] = [];
    const direct = new Map<Lane, OutboxRow>();
    const waiting: { lane: Lane; at: number }[] = [];
    const unknown = new Set<Lane>();
    try {
      inTransaction(db, () => {
        for (const input of inputs) {
          const lane = lanes.get(input.targetId);
          const dueAt = Math.max(now, input.notBefore ?? now);
          const told = input.suppressed === undefined;
          const atOnce =
            told &&
            dueAt <= now &&
            input.expiresAt > now &&
            !direct.has(lane) &&
            mayGoAtOnce(lane, now, direct.size);
          const row = outbox.insert(input, now, atOnce);
          if (!row) continue;
          ids.push(row.id);
          dispatcher.touch(row);
          if (!lane.label && !atOnce) unknown.add(lane);
          if (atOnce) direct.set(lane, row);
          else if (told) waiting.push({ lane, at: dueAt });
          if (told) dispatcher.expiresAt(row.expiresAt);
        }
      });
    } catch (error) {
      log.error('notices could not be stored', { error, count: inputs.length });
      return fail('STORAGE', `The notice could not be stored. ${storageWords(error)}`);
    }
    for (const [lane, row] of direct) {
      lanes.take(lane);
      dispatcher.launch(lane, [row]);
    }
    for (const { lane, at } of waiting) {
      lane.nextAt = Math.min(lane.nextAt ?? Infinity, at);
      if (dispatcher.running && dispatcher.usable()) lanes.consider(lane);
    }
    for (const lane of unknown) dispatcher.learn(lane);
    dispatcher.settled();
    return ok({ ids });
  };

  const wake = (): void => {
    if (!dispatcher.running) return;
    dispatcher.release();
    // A target saved with another URL no longer owes the wait that the former one asked for.
    for (const lane of lanes.all()) if (lanes.blockedFor(lane) > 0) dispatcher.learn(lane);
  };

  return {
    start: dispatcher.start,
    stop: (deadlineMs = 2_000) => dispatcher.stop(deadlineMs),
    enqueue,
    wake,
    setOnline: (online) => {
      if (dispatcher.setOnline(online) && online) wake();
    },

    cancelHeld: (owner, reason) => {
      let count = 0;
      dispatcher.attempt('cancel held notices', () => {
        count = outbox.cancelHeld(owner, reason, clock.now());
        if (count > 0) lanes.reload();
      });
      if (count > 0) dispatcher.touch({ scope: 'user', owner });
      dispatcher.settled();
      return count;
    },

    list: (query) => {
      try {
        return deliveries.list(query);
      } catch (error) {
        log.error('the delivery log could not be read', { error });
        return { items: [], more: false };
      }
    },
    get: (id) => {
      try {
        return deliveries.get(id);
      } catch (error) {
        log.error('a delivery could not be read', { error });
        return null;
      }
    },

    redeliver: (id) => {
      const now = clock.now();
      try {
        const row = outbox.row(id);
        if (!row) return fail('NOT_FOUND', NOT_FOUND);
        const lane = lanes.get(row.targetId);
        if (!inTransaction(db, () => outbox.revive(id, now)))
          return fail('CONFLICT', 'This notice is being sent right now.');
        lane.nextAt = outbox.nextFor(lane.id);
        // The sweep asks the outbox for the true next expiry as soon as this one is over.
        dispatcher.expiresAt(row.expiresAt);
        dispatcher.touch(row);
        dispatcher.lookAround();
        dispatcher.settled();
        return ok(null);
      } catch (error) {
        log.error('a delivery could not be sent again', { error });
        return fail('STORAGE', storageWords(error));
      }
    },

    test: async (target, notice) => {
      const { kind, id } = target.settings;
      const urlMasked = maskUrl(target.url);
      const url = hashOf(target.url);
      const lane = lanes.find(id);
      const blockedMs = lane?.blockedUrl === url ? lanes.blockedFor(lane) : 0;
      if (blockedMs > 0) {
        const words = `The receiver asked to be left alone for another ${Math.ceil(blockedMs / 1000)} s, so nothing was sent. Try again then.`;
        return { delivered: false, status: null, latencyMs: 0, words, answer: '', urlMasked, kind };
      }
      const tried = await sender.send(target, notice, {
        deliveryId: newId(),
        plain: false,
        signal: dispatcher.signal,
      });
      const conclusion = conclude(tried, { online: true, justBack: false });
      const delivered = conclusion.kind === 'delivered';
      const throttle = throttleMs(conclusion, 1, random);
      if (lane && (throttle !== null || (delivered && tried.leadsTo)))
        dispatcher.attempt('keep what a test told', () => {
          if (throttle !== null) {
            lanes.block(lane, throttle, url);
            const ms = Math.round(throttle);
            outbox.targets.setBlock(id, { until: clock.now() + ms, ms, url });
          }
          // A test by hand is the user's own word that this is the right place.
          if (delivered && tried.leadsTo) dispatcher.bind(lane, tried.leadsTo, url);
        });
      const { status, latencyMs, words, answer } = tried;
      log.info('test sent', { kind, status, latencyMs, result: tried.result.kind });
      return { delivered, status, latencyMs, words, answer, urlMasked, kind };
    },

    curl: async (id) => {
      try {
        const row = outbox.row(id);
        if (!row) return fail('NOT_FOUND', NOT_FOUND);
        const target = await hooks.resolveTarget(row.targetId);
        if (!target) return fail('NOT_FOUND', 'The target of this delivery was deleted.');
        const context = { deliveryId: row.foldId ?? row.id, nowMs: clock.now(), plain: row.plain };
        return ok(toCurl(previewRequest(target, row.notice, context)));
      } catch (error) {
        log.error('a curl command could not be made', { error });
        return fail('INTERNAL', 'The request could not be put together from this delivery.');
      }
    },
  };
}
