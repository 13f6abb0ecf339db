import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../../src/main/db/open.ts';
import { memoryLog, type LogEntry } from '../../src/main/log/memory-log.ts';
import type { Logger } from '../../src/main/ports.ts';
import type { DeliveryEngine, EnqueueInput } from '../../src/main/webhooks/delivery-port.ts';
import {
  createDeliveryEngine,
  deliveryMigrations,
  type DeliveryEngineOptions,
} from '../../src/main/webhooks/engine.ts';
import type { ResolvedTarget } from '../../src/main/webhooks/types.ts';
import type { Delivery } from '../../src/shared/webhooks.ts';
import { FakeClock, settle } from './fake-clock.ts';
import { FakeTransport } from './fake-transport.ts';
import { chatNotice, targetAt } from './targets.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** An engine over a real database file, with fake time and network. */
export class EngineRig {
  clock = new FakeClock();
  transport = new FakeTransport();
  log: Logger & { entries: LogEntry[] } = memoryLog();
  targets = new Map<string, ResolvedTarget | null>();
  gone: { id: string; words: string }[] = [];
  changes = 0;
  engine: DeliveryEngine;
  db: DatabaseSync;
  readonly folder: string = mkdtempSync(join(tmpdir(), 'hark-engine-'));
  private options: Partial<DeliveryEngineOptions>;

  constructor(options: Partial<DeliveryEngineOptions> = {}) {
    this.options = options;
    ({ engine: this.engine, db: this.db } = this.open());
  }

  private open(): { engine: DeliveryEngine; db: DatabaseSync } {
    const { clock, log, transport } = this;
    const opened = openDatabase(join(this.folder, 'outbox.db'), deliveryMigrations, { clock, log });
    if (!opened.ok) throw new Error(opened.error.message);
    const engine = createDeliveryEngine({
      db: opened.data.db,
      clock,
      transport,
      log,
      random: () => 0.5,
      hooks: {
        resolveTarget: async (id) => this.resolve(id),
        onTargetGone: (id, words) => {
          this.gone.push({ id, words });
          const target = this.resolve(id);
          if (target)
            this.targets.set(id, {
              ...target,
              settings: { ...target.settings, paused: { at: clock.now(), words } },
            });
        },
        onChange: () => void (this.changes += 1),
      },
      ...this.options,
    });
    return { engine, db: opened.data.db };
  }

  private resolve(id: string): ResolvedTarget | null {
    const known = this.targets.get(id);
    return known === undefined ? targetAt(`https://hooks.example.com/${id}`, { id, name: id }) : known;
  }

  /** As after a crash: nothing of the old process is asked or told, and the file is opened again. */
  async crash(options: Partial<DeliveryEngineOptions> = {}): Promise<void> {
    this.db.close();
    this.options = { ...this.options, ...options };
    this.transport = new FakeTransport();
    const [wall] = [this.clock.now()];
    this.clock = new FakeClock(wall);
    ({ engine: this.engine, db: this.db } = this.open());
    await settle();
  }

  /** Puts a notice into the outbox; returns its id. Keys default to the title, targets to "a". */
  async add(title: string, more: Partial<EnqueueInput> = {}): Promise<string> {
    const [id] = this.addNow({ title, ...more });
    await settle();
    return id ?? '';
  }

  addNow(...inputs: (Partial<EnqueueInput> & { title: string })[]): string[] {
    const written = this.engine.enqueue(
      inputs.map(({ title, ...more }) => ({
        key: title,
        scope: 'user',
        owner: 'me',
        targetId: 'a',
        notice: chatNotice(title),
        expiresAt: this.clock.now() + DAY,
        ...more,
      })),
    );
    if (!written.ok) throw new Error(written.error.message);
    return written.data.ids;
  }

  row(id: string): Delivery {
    const row = this.engine.get(id);
    if (!row) throw new Error(`no row ${id}`);
    return row;
  }

  /** "state: reason" of every row, oldest first. */
  states(): string[] {
    return this.engine
      .list({ scope: 'user', owner: 'me', limit: 1000 })
      .items.toReversed()
      .map((row) => row.state);
  }

  /** Titles of the chats told, in order. */
  told(): string[] {
    return this.transport.sent.map(
      ({ body }) => (JSON.parse(body) as { chat: { title: string } }).chat.title,
    );
  }

  async end(): Promise<void> {
    this.transport.release();
    await Promise.race([this.engine.stop(0), this.clock.pass(10_000, 500)]);
    if (this.db.isOpen) this.db.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
