import type { Clock } from '../../src/main/ports.ts';

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  private wall: number;
  private mono = 0;
  private nextId = 1;
  private timers = new Map<number, { due: number; run: () => void }>();

  constructor(wall: number = Date.UTC(2026, 0, 15, 12, 0, 0)) {
    this.wall = wall;
  }

  now = (): number => this.wall;
  monotonic = (): number => this.mono;

  after = (ms: number, run: () => void): (() => void) => {
    const id = this.nextId++;
    this.timers.set(id, { due: this.mono + Math.max(0, ms), run });
    return () => void this.timers.delete(id);
  };

  /** Timers still armed. */
  get pending(): number {
    return this.timers.size;
  }

  /** ms until the next timer, or null when none is armed. */
  get nextIn(): number | null {
    const due = [...this.timers.values()].map((timer) => timer.due);
    return due.length === 0 ? null : Math.max(0, Math.min(...due) - this.mono);
  }

  /** Moves both clocks on, running every timer that falls due on the way, in order of time. */
  advance(ms: number): void {
    const end = this.mono + ms;
    for (;;) {
      let first: [number, { due: number; run: () => void }] | undefined;
      for (const entry of this.timers)
        if (entry[1].due <= end && (!first || entry[1].due < first[1].due)) first = entry;
      if (!first) break;
      this.timers.delete(first[0]);
      const step = Math.max(0, first[1].due - this.mono);
      this.mono += step;
      this.wall += step;
      first[1].run();
    }
    this.wall += end - this.mono;
    this.mono = end;
  }

  /** As advance, but lets promises and immediates run after every step of at most `stepMs`. */
  async pass(ms: number, stepMs = ms): Promise<void> {
    let left = ms;
    do {
      const step = Math.min(left, stepMs, Math.max(this.nextIn ?? left, 0));
      this.advance(step);
      left -= step;
      await settle();
    } while (left > 0);
  }

  /** The wall clock alone is set forward or back, as by NTP, a user or a wake from sleep. */
  jump(ms: number): void {
    this.wall += ms;
  }
}

/** Lets promises, microtasks and immediates run out, without touching the fake time. */
export async function settle(rounds = 6): Promise<void> {
  for (let i = 0; i < rounds; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
