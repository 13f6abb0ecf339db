import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../db/open.ts';
import type { AttemptWhy, DeliveryAttempt } from '../../shared/webhooks.ts';
import type { Clock, Logger } from '../ports.ts';
import { createCommitter } from './committer.ts';
import type { DeliveryHooks } from './delivery-port.ts';
import { carry, hashOf, unsent, type Sent } from './carry.ts';
import type { Lane, Lanes } from './lanes.ts';
import { maskUrl } from './mask.ts';
import type { FoldRule, Outbox, OutboxRow, Owner } from './outbox.ts';
import { changeOf, throttleMs } from './outcome.ts';
import type { Sender, Tried } from './sender.ts';
import type { ResolvedTarget } from './types.ts';

/** Ended rows between two prunings. */
const PRUNE_EVERY = 500;
/** For so long after a wake a network fault costs nothing: interfaces come back one by one. */
const JUST_BACK_MS = 10_000;
/** When nobody tells that the network is back, look again after this long. */
const LOOK_AGAIN_MS = 30_000;
/** A wall clock further off the monotonic one than this was set. */
const JUMP_MS = 1_000;
/** Time that aborted sends have to come home. */
const ABORT_MS = 250;

export interface DispatcherDeps {
  db: DatabaseSync;
  clock: Clock;
  log: Logger;
  hooks: DeliveryHooks;
  outbox: Outbox;
  lanes: Lanes;
  sender: Sender;
  random: () => number;
  isOnline: () => boolean;
  fold: FoldRule | null;
  retention: { days: number; rows: number };
}

export type Dispatcher = ReturnType<typeof createDispatcher>;

/**
 * Decides what is sent when, and writes down what came of it. One timer for the earliest thing to do, no polling.
 * Group commit: see committer.ts. A lane's next send starts only after its last result is on disk.
 */
export function createDispatcher(deps: DispatcherDeps) {
  const { db, clock, log, hooks, outbox, lanes, sender, random } = deps;
  let running = false;
  let online = true;
  let abort = new AbortController();
  let timer: (() => void) | null = null;
  let nextExpiry: number | null = null;
  let backSince = -Infinity;
  let endedSincePrune = 0;
  let seen = { wall: clock.now(), mono: clock.monotonic() };
  const changed = new Map<string, Owner>();
  const idleWaiters = new Set<() => void>();

  const usable = (): boolean => online && deps.isOnline();
  const touch = ({ scope, owner }: Owner): void => void changed.set(`${scope} ${owner}`, { scope, owner });
  /** An owner's hook must not be able to stop delivery. */
  const guarded = (what: string, call: () => void): void => {
    try {
      call();
    } catch (error) {
      log.error(`the owner's ${what} failed`, { error });
    }
  };
  /** Runs a change of the outbox outside the committer; false when the disk would not take it. */
  const attempt = (what: string, work: () => void): boolean => {
    try {
      inTransaction(db, work);
      return true;
    } catch (error) {
      log.error(`could not ${what}`, { error });
      return false;
    }
  };

  const committer = createCommitter({
    db,
    clock,
    log,
    wantsClaim: () => running && lanes.ready.size > 0 && lanes.hasRoom() && usable(),
    claim: () => {
      const now = clock.now();
      if (nextExpiry !== null && nextExpiry <= now) expireNow(now);
      const taken: { lane: Lane; rows: OutboxRow[] }[] = [];
      for (const lane of running && usable() ? lanes.ready : []) {
        if (!lanes.hasRoom()) break;
        lanes.ready.delete(lane);
        const rows = outbox.claim(lane.id, now, deps.fold);
        lane.nextAt = outbox.nextFor(lane.id);
        if (rows.length === 0) continue;
        lanes.take(lane);
        taken.push({ lane, rows });
      }
      return {
        launch: () => {
          for (const { lane, rows } of taken) launch(lane, rows);
        },
        undo: () => {
          for (const { lane } of taken) {
            lanes.release(lane);
            lane.nextAt = clock.now();
            lanes.ready.add(lane);
          }
        },
      };
    },
    underWay: () => lanes.brisk,
    after: () => settled(),
  });

  const idle = (): boolean => lanes.busy === 0 && committer.empty && (lanes.ready.size === 0 || !usable());

  /** After anything was written: tell the owners, look for more work, set the timer. */
  const settled = (): void => {
    const owners = [...changed.values()];
    changed.clear();
    for (const { scope, owner } of owners) guarded('onChange', () => hooks.onChange(scope, owner));
    if (lanes.ready.size > 0 && lanes.hasRoom()) committer.soon();
    if (idle()) for (const wake of [...idleWaiters]) wake();
    arm();
  };

  const expireNow = (now: number): void => {
    outbox.expire(now).forEach(touch);
    nextExpiry = outbox.nextExpiry();
  };
  const prune = (now: number): void => {
    endedSincePrune = 0;
    const dropped = outbox.prune(now - deps.retention.days * 86_400_000, deps.retention.rows);
    if (dropped > 0) log.info('old deliveries dropped from the log', { dropped });
  };

  /** Notices a wall clock that was set back, and shortens waits that would outlast what was meant. */
  const observeClock = (): void => {
    const wall = clock.now();
    const mono = clock.monotonic();
    const drift = wall - seen.wall - (mono - seen.mono);
    seen = { wall, mono };
    if (drift > -JUMP_MS) return;
    log.warn('the clock was set back', { byMs: Math.round(-drift) });
    attempt('adjust waits to the clock', () => {
      outbox.reclamp(wall);
      nextExpiry = outbox.nextExpiry();
      lanes.reload();
    });
  };

  const arm = (): void => {
    timer?.();
    timer = null;
    if (!running) return;
    const waits = [
      nextExpiry === null ? null : Math.max(0, nextExpiry - clock.now()),
      // Lanes that are ready and found no room are started by whoever makes room.
      usable() ? lanes.nextIn() : null,
      !usable() && online ? LOOK_AGAIN_MS : null,
    ].filter((wait) => wait !== null);
    if (waits.length > 0) timer = clock.after(Math.min(...waits), lookAround);
  };

  /** Something may be due: find out what. */
  const lookAround = (): void => {
    timer?.();
    timer = null;
    if (!running) return;
    observeClock();
    const now = clock.now();
    if (nextExpiry !== null && nextExpiry <= now)
      attempt('end notices whose time is over', () => expireNow(now));
    if (usable()) for (const lane of lanes.all()) lanes.consider(lane);
    settled();
  };

  const launch = (lane: Lane, rows: OutboxRow[]): void => {
    const unwatch = lanes.watch(lane, () => {
      if (lanes.ready.size > 0) committer.soon();
    });
    void carry(carryDeps, lane, rows, abort.signal)
      .then((carried) => {
        if ('dismissed' in carried) dismiss(lane, rows, carried.dismissed, carried.reason);
        else finish(lane, rows, carried);
      })
      .catch((error: unknown) => {
        log.error('a send failed in an unexpected way', { error });
        finish(lane, rows, unsent('Something unexpected went wrong inside Hark.'));
      })
      .finally(unwatch);
  };

  const carryDeps = {
    sender,
    log,
    resolveTarget: hooks.resolveTarget,
    onResolved: (lane: Lane, target: ResolvedTarget) => remember(lane, target),
    network: () => ({ online: usable(), justBack: clock.monotonic() - backSince < JUST_BACK_MS }),
  };

  /** Hands the result of a send to the next commit. */
  const finish = (lane: Lane, rows: OutboxRow[], { requests, conclusion, facts }: Sent): void => {
    observeClock();
    const now = clock.now();
    // One throw for all, so that the rows of a folded notice stay together.
    const thrown = random();
    const once = (): number => thrown;
    const throttle = facts ? throttleMs(conclusion, (rows[0]?.tries ?? 0) + 1, once) : null;
    if (facts && throttle !== null) lanes.block(lane, throttle, facts.urlHash);
    const free = conclusion.kind === 'interrupted' || (conclusion.kind === 'again' && !conclusion.counted);
    commit(lane, () => {
      for (const row of rows) {
        // A try that never left this computer says nothing of the receiver.
        if (!free) for (const { tried, why } of requests) outbox.addAttempt(row.seq, attemptOf(tried, why));
        const plain = facts?.plain ?? row.plain;
        outbox.change(
          row.seq,
          changeOf(row, conclusion, { now, together: rows.length, plain, random: once }),
          now,
        );
        touch(row);
      }
      if (facts && throttle !== null)
        outbox.targets.setBlock(lane.id, {
          until: now + Math.round(throttle),
          ms: Math.round(throttle),
          url: facts.urlHash,
        });
      if (conclusion.kind === 'again' && conclusion.network) lane.troubled = true;
      if (conclusion.kind === 'delivered' && facts) {
        if (lane.troubled) outbox.releaseAfterNetwork(lane.id, now);
        lane.troubled = false;
        if (facts.leadsTo && lane.bound?.url !== facts.urlHash) bind(lane, facts.leadsTo, facts.urlHash);
      }
      if (conclusion.kind === 'gone')
        outbox.parkTarget(lane.id, `The target is paused: ${conclusion.words}`, now).forEach(touch);
      endedSincePrune += rows.length;
      if (endedSincePrune >= PRUNE_EVERY) prune(now);
    });
    if (conclusion.kind === 'gone')
      guarded('onTargetGone', () => hooks.onTargetGone(lane.id, conclusion.words));
  };

  /** The rows of a target that takes nothing now: they end, or wait for their owner's word. */
  const dismiss = (lane: Lane, rows: OutboxRow[], state: 'cancelled' | 'queued', reason: string): void => {
    const now = clock.now();
    commit(lane, () => {
      for (const row of rows) {
        const { tries, plain, maybe, why } = row;
        const change = { state, reason, nextAt: null, delayMs: 0, tries, plain, maybe, network: false, why };
        outbox.change(row.seq, change, now);
        touch(row);
      }
      const others = state === 'cancelled' ? outbox.cancelTarget : outbox.parkTarget;
      others(lane.id, reason, now).forEach(touch);
    });
  };

  const commit = (lane: Lane, write: () => void): void => {
    let freed = false;
    const free = (): void => {
      lanes.release(lane);
      if (running) lanes.consider(lane);
      freed = true;
    };
    committer.add({
      apply: () => {
        write();
        lane.nextAt = outbox.nextFor(lane.id);
        free(); // here, so that the lane's next row is claimed in the same transaction
      },
      undo: () => {
        if (freed) lanes.take(lane);
        lanes.ready.delete(lane);
        freed = false;
      },
      done: () => {
        if (!freed) free();
      },
    });
  };

  const remember = (lane: Lane, target: ResolvedTarget): void => {
    const { name, kind } = target.settings;
    const label = { name, kind, urlMasked: maskUrl(target.url) };
    const { label: known } = lane;
    if (known?.name === name && known.kind === kind && known.urlMasked === label.urlMasked) return;
    if (attempt('write a target’s name down', () => outbox.targets.setLabel(lane.id, label)))
      lane.label = label;
  };
  const bind = (lane: Lane, leadsTo: NonNullable<Tried['leadsTo']>, url: string): void => {
    lane.bound = { class: leadsTo, url };
    outbox.targets.setBound(lane.id, lane.bound);
  };

  return {
    usable,
    touch,
    attempt,
    settled,
    lookAround,
    observeClock,
    launch,
    bind,
    get running() {
      return running;
    },
    get signal() {
      return abort.signal;
    },
    expiresAt: (at: number): void => {
      nextExpiry = Math.min(nextExpiry ?? Infinity, at);
    },
    /** Looks a target up for its name, and for whether it still is the receiver that asked for a wait. */
    learn: (lane: Lane): void => {
      void hooks.resolveTarget(lane.id).then(
        (target) => {
          if (!target) return;
          remember(lane, target);
          // Another URL is another receiver: what the former one asked for no longer holds.
          if (lane.blockedUrl === null || lane.blockedUrl === hashOf(target.url)) return;
          lanes.unblock(lane);
          attempt('lift a wait', () => outbox.targets.setBlock(lane.id, null));
          if (running && lanes.consider(lane)) committer.soon();
        },
        (error: unknown) => log.warn('a target could not be read', { error }),
      );
    },
    start: (): void => {
      if (running) return;
      running = true;
      abort = new AbortController();
      seen = { wall: clock.now(), mono: clock.monotonic() };
      attempt('take up what was left over', () => {
        const now = clock.now();
        const recovered = outbox.recover(now);
        if (recovered > 0) log.warn('notices were being sent when Hark stopped', { recovered });
        outbox.reclamp(now);
        expireNow(now);
        prune(now);
        for (const { targetId } of outbox.nextOfAll()) lanes.get(targetId);
        lanes.reload();
      });
      lookAround();
    },
    stop: async (deadlineMs: number): Promise<void> => {
      if (!running) return;
      lookAround();
      const untilIdle = (ms: number): Promise<void> =>
        new Promise((resolve) => {
          const end = (): void => {
            cancel();
            idleWaiters.delete(end);
            resolve();
          };
          const cancel = clock.after(ms, end);
          idleWaiters.add(end);
          if (idle()) end();
        });
      await untilIdle(deadlineMs);
      running = false;
      lanes.ready.clear();
      timer?.();
      timer = null;
      if (lanes.busy > 0) {
        abort.abort();
        await untilIdle(ABORT_MS);
      }
      committer.flush();
    },
    /** Everything waiting may try now, free of charge; Retry-After still holds. */
    release: (): void => {
      backSince = clock.monotonic();
      observeClock();
      attempt('let waiting notices go', () => {
        outbox.release(clock.now(), null);
        for (const { targetId } of outbox.nextOfAll()) lanes.get(targetId);
        lanes.reload();
      });
      lookAround();
    },
    setOnline: (next: boolean): boolean => {
      if (online === next) return false;
      online = next;
      log.info(next ? 'network is back' : 'network is away');
      arm();
      return true;
    },
  };
}

function attemptOf({ at, status, latencyMs, words, answer }: Tried, why: AttemptWhy): DeliveryAttempt {
  return { at, why, status, latencyMs, words, answer };
}
