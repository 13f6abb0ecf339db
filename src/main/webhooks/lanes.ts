import type { Clock } from '../ports.ts';
import type { Outbox } from './outbox.ts';
import type { TargetRecord } from './target-records.ts';

/** Everything in memory about one target; its rows stay on disk. */
export interface Lane {
  id: string;
  /** A send is under way: one at a time per target. */
  busy: boolean;
  /** The busy send counts against the limit; a slow one stops counting. */
  counted: boolean;
  /** Earliest waiting row (wall clock, ms), or null when none waits for a time. */
  nextAt: number | null;
  /** The receiver asked to be left alone until then, on the monotonic clock: setting the time does not shorten it. */
  blockedUntil: number;
  /** The URL (hashed) that asked. */
  blockedUrl: string | null;
  label: TargetRecord['label'];
  bound: TargetRecord['bound'];
  /** A row of this target failed in the network and may wait although the target is back. */
  troubled: boolean;
}

export interface LaneLimits {
  /** Sends side by side. */
  concurrency: number;
  /** After this long without an answer a send gives its place to another target, ms. */
  slowAfterMs: number;
  /** Sends open at all, slow ones included. */
  mostOpen: number;
}

/** One lane per target: which may send now, and when the next one may. */
export type Lanes = ReturnType<typeof createLanes>;

/** Keeps lanes over an outbox. Functions that read the outbox may throw its errors. */
export function createLanes(deps: { clock: Clock; outbox: Outbox; limits: LaneLimits }) {
  const { clock, outbox, limits } = deps;
  const lanes = new Map<string, Lane>();
  const ready = new Set<Lane>();
  let counted = 0;
  let open = 0;

  const blockedFor = (lane: Lane): number => Math.max(0, lane.blockedUntil - clock.monotonic());
  const uncount = (lane: Lane): void => {
    if (!lane.counted) return;
    lane.counted = false;
    counted -= 1;
  };

  return {
    ready,
    all: (): IterableIterator<Lane> => lanes.values(),
    find: (id: string): Lane | undefined => lanes.get(id),
    get: (id: string): Lane => {
      const known = lanes.get(id);
      if (known) return known;
      const { label, block, bound } = outbox.targets.read(id);
      // The wall clock may have moved while Hark was closed: no block outlasts what was asked.
      const left = block ? Math.min(Math.max(0, block.until - clock.now()), block.ms) : 0;
      const lane: Lane = {
        id,
        busy: false,
        counted: false,
        nextAt: null,
        blockedUntil: left > 0 ? clock.monotonic() + left : -Infinity,
        blockedUrl: block?.url ?? null,
        label,
        bound,
        troubled: true,
      };
      lanes.set(id, lane);
      return lane;
    },
    blockedFor,
    block: (lane: Lane, ms: number, url: string): void => {
      lane.blockedUntil = Math.max(lane.blockedUntil, clock.monotonic() + ms);
      lane.blockedUrl = url;
    },
    unblock: (lane: Lane): void => {
      lane.blockedUntil = -Infinity;
      lane.blockedUrl = null;
    },
    /** Puts a lane among those that may send now, if it may. */
    consider: (lane: Lane): boolean => {
      if (lane.busy || lane.nextAt === null || lane.nextAt > clock.now() || blockedFor(lane) > 0)
        return false;
      ready.add(lane);
      return true;
    },
    /** Whether one more may be sent, beside `promised` others about to be. */
    hasRoom: (promised = 0): boolean =>
      counted + promised < limits.concurrency && open + promised < limits.mostOpen,
    isFree: (lane: Lane): boolean => !lane.busy && !ready.has(lane) && blockedFor(lane) === 0,
    take: (lane: Lane): void => {
      lane.busy = true;
      lane.counted = true;
      counted += 1;
      open += 1;
    },
    /** Called while the send is open: after a while it no longer keeps others waiting. */
    watch: (lane: Lane, freed: () => void): (() => void) =>
      clock.after(limits.slowAfterMs, () => {
        uncount(lane);
        freed();
      }),
    release: (lane: Lane): void => {
      if (!lane.busy) return;
      uncount(lane);
      lane.busy = false;
      open -= 1;
    },
    get busy(): number {
      return open;
    },
    /** Those of them that are not slow yet. */
    get brisk(): number {
      return counted;
    },
    /** ms until a lane may send, or null when none waits for a time. */
    nextIn: (): number | null => {
      let next: number | null = null;
      const now = clock.now();
      for (const lane of lanes.values()) {
        // Ready lanes that found no room are started by whoever makes room.
        if (lane.busy || lane.nextAt === null || ready.has(lane)) continue;
        const wait = Math.max(lane.nextAt - now, blockedFor(lane), 0);
        if (next === null || wait < next) next = wait;
      }
      return next;
    },
    /** Reads again what waits where, after many rows changed at once. */
    reload: (): void => {
      for (const lane of lanes.values()) lane.nextAt = null;
      for (const { targetId, at } of outbox.nextOfAll()) {
        const lane = lanes.get(targetId);
        if (lane) lane.nextAt = at;
      }
    },
  };
}
