/**
 * How much the durable outbox costs, each figure beside its peer, in the same run and interleaved.
 * Run: node test/bench/delivery.bench.ts [latency] [drain] [hanging]
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '../../src/main/clock.ts';
import { openDatabase, type Migration } from '../../src/main/db/open.ts';
import { createNodeTransport } from '../../src/main/http/node-transport.ts';
import { memoryLog } from '../../src/main/log/memory-log.ts';
import type { HttpTransport } from '../../src/main/ports.ts';
import type { DeliveryEngine } from '../../src/main/webhooks/delivery-port.ts';
import {
  createDeliveryEngine,
  deliveryMigrations,
  type DeliveryEngineOptions,
} from '../../src/main/webhooks/engine.ts';
import { chatNotice, targetAt } from '../support/targets.ts';

const folder = mkdtempSync(join(tmpdir(), 'hark-bench-'));
const DAY = 86_400_000;
const TARGETS = 16;

const receiver = fork(new URL('./receiver.ts', import.meta.url));
const port = await new Promise<number>((resolve) =>
  receiver.once('message', (value) => resolve(Number(value))),
);
const url = `http://127.0.0.1:${port}/hook`;

// Without it the heap shows what was thrown away, not what is held.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const quantile = (values: number[], q: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
};
const ms = (value: number): string => value.toFixed(3).padStart(9);
const clockNs = (): number => Number(process.hrtime.bigint() % 1_000_000_000_000_000n);

function open(name: string, migrations: readonly Migration[]) {
  const opened = openDatabase(join(folder, name), migrations, { clock: systemClock, log: memoryLog() });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.data.db;
}

/** Notes when each request arrived at the receiver, which says so in a header (one clock for all processes). */
let onArrival: (ns: number) => void = () => undefined;
const inner = createNodeTransport({ env: {} });
const transport: HttpTransport = {
  close: inner.close,
  send: async (request) => {
    const result = await inner.send(request);
    if ('answer' in result)
      onArrival(Number(BigInt(result.answer.headers['x-arrived'] ?? 0) % 1_000_000_000_000_000n));
    return result;
  },
};

function engineOn(
  name: string,
  more: Partial<DeliveryEngineOptions> = {},
): DeliveryEngine & { end: () => Promise<void> } {
  const db = open(name, deliveryMigrations);
  const engine = createDeliveryEngine({
    db,
    clock: systemClock,
    transport,
    log: memoryLog(),
    fold: null,
    hooks: {
      resolveTarget: async (id) => targetAt(id === 'hanging' ? url.replace('/hook', '/hang') : url, { id }),
      onTargetGone: () => undefined,
      onChange: () => undefined,
    },
    ...more,
  });
  return {
    ...engine,
    end: async () => {
      await engine.stop(0);
      db.close();
    },
  };
}
const input = (key: string, targetId: string) => ({
  key,
  scope: 'user' as const,
  owner: 'bench',
  targetId,
  notice: chatNotice(`A chat with a title of usual length, ${key}`),
  expiresAt: Date.now() + DAY,
});

/** A durable insert as plain as can be, for comparison. */
const plainDb = open('plain.db', [
  { name: 'plain', sql: 'CREATE TABLE notices (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT' },
]);
const plainInsert = plainDb.prepare('INSERT INTO notices (id, body) VALUES (?, ?)');

async function bareFetch(body: string): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  await response.arrayBuffer();
  return Number(BigInt(response.headers.get('x-arrived') ?? 0) % 1_000_000_000_000_000n);
}

async function latency(): Promise<void> {
  const engine = engineOn('latency.db');
  engine.start();
  const times: Record<'fetch' | 'insert+fetch' | 'hark', number[]> = {
    fetch: [],
    'insert+fetch': [],
    hark: [],
  };
  const WARM = 100;
  for (let i = -WARM; i < 1_000; i += 1) {
    const body = JSON.stringify(chatNotice(`A chat with a title of usual length, ${i}`));
    const round: Record<keyof typeof times, () => Promise<number>> = {
      fetch: () => bareFetch(body),
      'insert+fetch': () => {
        plainInsert.run(`id-${i}`, body);
        return bareFetch(body);
      },
      hark: () =>
        new Promise((resolve) => {
          onArrival = resolve;
          engine.enqueue([input(`latency-${i}`, 'only')]);
        }),
    };
    // Each goes first, second and third equally often.
    const names = Object.keys(round) as (keyof typeof times)[];
    const offset = (i + WARM) % 3;
    for (const name of [...names.slice(offset), ...names.slice(0, offset)]) {
      const start = clockNs();
      const arrived = await round[name]();
      if (i >= 0) times[name].push((arrived - start) / 1e6);
      // Let the peer's leftovers (results being written) end before the next one is timed.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  await engine.end();
  console.log('\nCompletion -> POST arrived, loopback, ms (1,000 each, interleaved)');
  for (const [name, values] of Object.entries(times))
    console.log(`  ${name.padEnd(13)} p50 ${ms(quantile(values, 0.5))}  p99 ${ms(quantile(values, 0.99))}`);
  const ratio = (q: number) => quantile(times.hark, q) / quantile(times['insert+fetch'], q);
  console.log(
    `  hark / insert+fetch: p50 ${ratio(0.5).toFixed(2)}x (goal 1.5)  p99 ${ratio(0.99).toFixed(2)}x (goal 3)`,
  );
}

async function count(): Promise<number> {
  return Number(await (await fetch(url.replace('/hook', '/count'))).text());
}

async function drainOurs(round: number): Promise<number> {
  collectGarbage();
  const heapBefore = process.memoryUsage().heapUsed;
  const engine = engineOn(`drain-${round}.db`);
  const TOTAL = 10_000;
  for (let i = 0; i < TOTAL; i += 500)
    engine.enqueue(
      Array.from({ length: 500 }, (_, j) => input(`drain-${i + j}`, `target-${(i + j) % TARGETS}`)),
    );
  if (round === 0) {
    collectGarbage();
    const grown = (process.memoryUsage().heapUsed - heapBefore) / 1e6;
    console.log(`
Memory that 10,000 waiting notices take: ${grown.toFixed(1)} MB of heap`);
  }
  const before = await count();
  const start = performance.now();
  engine.start();
  while ((await count()) - before < TOTAL) await new Promise((resolve) => setTimeout(resolve, 20));
  const seconds = (performance.now() - start) / 1000;
  await engine.end();
  return TOTAL / seconds;
}
async function drainFetch(): Promise<number> {
  const TOTAL = 10_000;
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: TARGETS }, async () => {
      while (next < TOTAL) {
        next += 1;
        await bareFetch(JSON.stringify(chatNotice(`A chat with a title of usual length, ${next}`)));
      }
    }),
  );
  return TOTAL / ((performance.now() - start) / 1000);
}
async function drain(): Promise<void> {
  const ours: number[] = [];
  const theirs: number[] = [];
  onArrival = () => undefined;
  for (let round = 0; round < 3; round += 1) {
    theirs.push(await drainFetch());
    ours.push(await drainOurs(round));
  }
  const [a, b] = [quantile(ours, 0.5), quantile(theirs, 0.5)];
  console.log('\nDraining 10,000 queued to 16 targets, per second (median of 3)');
  console.log(
    `  bare fetch x16 ${b.toFixed(0)}   hark ${a.toFixed(0)}   hark / fetch ${(a / b).toFixed(2)}x (goal 0.7)`,
  );
}

async function oneHangs(hanging: boolean): Promise<number[]> {
  const engine = engineOn(`hang-${String(hanging)}.db`);
  engine.start();
  if (hanging) engine.enqueue([input('hang', 'hanging')]);
  const times: number[] = [];
  for (let round = 0; round < 20; round += 1)
    for (let target = 0; target < 49; target += 1)
      await new Promise<void>((resolve) => {
        const start = clockNs();
        onArrival = (at) => {
          times.push((at - start) / 1e6);
          resolve();
        };
        engine.enqueue([input(`hang-${round}-${target}`, `target-${target}`)]);
      });
  await engine.end();
  return times;
}

async function hanging(): Promise<void> {
  const [calm, hung] = [await oneHangs(false), await oneHangs(true)];
  console.log('\n50 targets, ms to arrive at the 49 others');
  console.log(`  none hangs    p50 ${ms(quantile(calm, 0.5))}  p99 ${ms(quantile(calm, 0.99))}`);
  console.log(`  one hangs     p50 ${ms(quantile(hung, 0.5))}  p99 ${ms(quantile(hung, 0.99))}`);
}

const parts = { latency, drain, hanging };
const chosen = process.argv.slice(2);
for (const [name, run] of Object.entries(parts))
  if (chosen.length === 0 || chosen.includes(name)) await run();
plainDb.close();
await transport.close();
receiver.kill();
rmSync(folder, { recursive: true, force: true });
