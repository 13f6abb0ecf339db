import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/main/clock.ts';
import { openDatabase } from '../../src/main/db/open.ts';
import { createNodeTransport } from '../../src/main/http/node-transport.ts';
import { memoryLog } from '../../src/main/log/memory-log.ts';
import type { DeliveryEngine } from '../../src/main/webhooks/delivery-port.ts';
import { createDeliveryEngine, deliveryMigrations } from '../../src/main/webhooks/engine.ts';
import type { ResolvedTarget } from '../../src/main/webhooks/types.ts';
import type { Delivery, DeliveryState, TargetSettings } from '../../src/shared/webhooks.ts';
import { chatNotice, targetAt } from '../support/targets.ts';
import { startFaultyReceiver } from './faulty-receiver.ts';

let receiver: Awaited<ReturnType<typeof startFaultyReceiver>>;
let engine: DeliveryEngine;
let end: () => Promise<void>;
const targets = new Map<string, ResolvedTarget>();
const gone: string[] = [];
const log = memoryLog();

beforeAll(async () => {
  receiver = await startFaultyReceiver();
  const folder = mkdtempSync(join(tmpdir(), 'hark-faults-'));
  const opened = openDatabase(join(folder, 'outbox.db'), deliveryMigrations, { clock: systemClock, log });
  if (!opened.ok) throw new Error(opened.error.message);
  const transport = createNodeTransport({ env: {} });
  engine = createDeliveryEngine({
    db: opened.data.db,
    clock: systemClock,
    transport,
    log,
    // Time-outs in the proportions of the real ones, shorter.
    limits: { connectTimeoutMs: 1_000, totalTimeoutMs: 2_500 },
    hooks: {
      resolveTarget: async (id) => targets.get(id) ?? null,
      onTargetGone: (id) => void gone.push(id),
      onChange: () => undefined,
    },
  });
  engine.start();
  end = async () => {
    await engine.stop(0);
    opened.data.db.close();
    await transport.close();
    receiver.close();
    rmSync(folder, { recursive: true, force: true });
  };
});
afterAll(() => end());

async function tell(name: string, url: string, settings: Partial<TargetSettings> = {}): Promise<string> {
  targets.set(name, targetAt(url, { id: name, name, ...settings }));
  const written = engine.enqueue([
    {
      key: `${name} ${Math.random()}`,
      scope: 'user',
      owner: 'me',
      targetId: name,
      notice: chatNotice(name),
      expiresAt: Date.now() + 600_000,
    },
  ]);
  if (!written.ok) throw new Error(written.error.message);
  return written.data.ids[0] ?? '';
}
const row = (id: string): Delivery => {
  const found = engine.get(id);
  if (!found) throw new Error('no such row');
  return found;
};
async function until(what: () => boolean, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1_000;
  while (!what()) {
    if (performance.now() > deadline) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
/** Waits for the first try to be over. */
const tried = async (id: string): Promise<Delivery> => {
  await until(() => !['queued', 'sending'].includes(row(id).state) || row(id).attempts.length > 0, 10);
  return row(id);
};
/** Whole sentences, without codes of the machine, secrets or markup. */
function expectHuman(delivery: Delivery): void {
  for (const words of [delivery.reason, ...delivery.attempts.map((attempt) => attempt.words)]) {
    expect(words).toMatch(/^\S[^]{10,}$/);
    expect(words).not.toMatch(/\bE[A-Z]{5,}\b|ERR_|s3cr3t|undefined|\[object|<html/);
  }
  expect(JSON.stringify(delivery)).not.toContain('s3cr3t');
}

describe.concurrent('waits that a receiver asks for', () => {
  test.each([
    ['/429-seconds', 2_000],
    ['/429-date', 2_000],
    ['/503-after', 1_000],
  ])('%s: no request before the time is over, then delivered under the same id', async (path, waitMs) => {
    const id = await tell(path, receiver.url(path));
    await until(() => row(id).state === 'delivered', 20);
    const calls = receiver.calls(path);
    expect(calls).toHaveLength(2);
    expect((calls[1]?.at ?? 0) - (calls[0]?.at ?? 0)).toBeGreaterThanOrEqual(waitMs);
    expect(calls.map((call) => call.id)).toEqual([id, id]);
    expectHuman(row(id));
  });

  test('an hour: nothing more is sent, however often it is asked for', async () => {
    const id = await tell('/429-for-ever', receiver.url('/429-for-ever'));
    await tried(id);
    await tell('/429-for-ever', receiver.url('/429-for-ever'));
    engine.redeliver(id);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(receiver.calls('/429-for-ever')).toHaveLength(1);
  });
});

describe.concurrent('faults that pass', () => {
  test.each([
    ['/500', /HTTP 500.*database is down/],
    ['/503', /HTTP 503/],
    ['/408', /HTTP 408/],
    ['/hang', /gave no answer in time.*may have arrived/],
    ['/drip', /gave no answer in time/],
    ['/reset', /cut the connection/],
    ['/close', /cut the connection/],
    ['/not-http', /not HTTP/],
  ])('%s: told after the next try, under the same id, with both attempts in the log', async (path, words) => {
    const id = await tell(path, receiver.url(path));
    const first = await tried(id);
    expect(first.state).toBe('queued');
    expect(first.reason).toMatch(words);
    expect(first.attempts[0]?.latencyMs).toBeLessThan(3_500);
    expectHuman(first);
    await until(() => row(id).state === 'delivered', 20);
    expect(receiver.calls(path).map((call) => call.id)).toEqual([id, id]);
    expect(row(id).attempts).toHaveLength(2);
    expectHuman(row(id));
  });
});

describe.concurrent('answers that are odd but plain', () => {
  test.each<[string, DeliveryState, RegExp, number]>([
    ['/garbage', 'delivered', /HTTP 200/, 1],
    ['/half', 'delivered', /HTTP 200/, 1],
    ['/huge', 'delivered', /HTTP 200/, 1],
    ['/drip-body', 'delivered', /HTTP 200/, 1],
    ['/to-self', 'failed', /redirects to another path.*not followed/, 1],
    ['/to-metadata', 'failed', /redirects to http:\/\/169\.254\.169\.254\. Redirects are not followed/, 1],
    ['/410', 'failed', /HTTP 410.*removed.*gone for good/, 1],
    ['/404', 'failed', /HTTP 404.*no such hook.*Nothing listens at this path/, 1],
  ])('%s: %s at once, no further request', async (path, state, words, requests) => {
    const started = performance.now();
    const id = await tell(path, receiver.url(path));
    const ended = await tried(id);
    expect(ended.state).toBe(state);
    expect(ended.reason).toMatch(words);
    expect(performance.now() - started).toBeLessThan(5_000);
    for (const attempt of ended.attempts)
      expect(Buffer.byteLength(attempt.answer)).toBeLessThanOrEqual(2_048);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(receiver.calls(path)).toHaveLength(requests);
    expectHuman(ended);
    expect(gone.includes(path)).toBe(path === '/410');
  });
});

describe.concurrent('no way to the receiver', () => {
  const cases: [string, () => string, RegExp, Partial<TargetSettings>?][] = [
    ['refused', () => 'http://127.0.0.1:1/hook?token=s3cr3t', /nothing listens there/],
    [
      'name',
      () => 'http://no-such-host.invalid/hook?token=s3cr3t',
      /no computer called no-such-host\.invalid/,
    ],
    ['self-signed', () => receiver.selfSignedUrl, /self-signed/],
    ['expired', () => receiver.expiredUrl, /not trusted.*certificate/],
    ['metadata', () => 'http://169.254.169.254/hook?token=s3cr3t', /reserved for the machine or network/],
  ];
  test.each(cases)('%s: waits for its next try, and says why', async (name, url, words) => {
    const id = await tell(name, url());
    const first = await tried(id);
    expect(first.state).toBe('queued');
    expect(first.nextAt).toBeGreaterThan(Date.now());
    expect(first.reason).toMatch(words);
    expectHuman(first);
  });

  test('an expired certificate of a trusted authority is called expired', async () => {
    const id = await tell('expired-trusted', receiver.expiredUrl, { caPem: receiver.authorityPem });
    expect((await tried(id)).reason).toMatch(/expired.*renew/);
  });
});

test('nothing secret came into the log of the app', () => {
  expect(JSON.stringify(log.entries)).not.toContain('s3cr3t');
});
