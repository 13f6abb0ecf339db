import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settle } from '../../support/fake-clock.ts';
import { answer, fault } from '../../support/fake-transport.ts';
import { EngineRig, HOUR } from '../../support/engine-rig.ts';
import { chatNotice, targetAt } from '../../support/targets.ts';

let rig: EngineRig;
beforeEach(() => {
  rig = new EngineRig();
  rig.engine.start();
});
afterEach(() => rig.end());

describe('Retry-After', () => {
  test.each([
    ['seconds', () => ({ 'retry-after': '90' })],
    ['a date', (now: number) => ({ 'retry-after': new Date(now + 90_000).toUTCString() })],
  ])('in %s: no request of that target before it is over, others go on', async (_name, headers) => {
    rig.transport.script(answer(429, headers(rig.clock.now())), answer(200));
    await rig.add('First');
    await rig.add('Second');
    await rig.add('Elsewhere', { targetId: 'b' });
    expect(rig.told()).toEqual(['First', 'Elsewhere']);
    await rig.clock.pass(89_000, 1_000);
    expect(rig.told()).toEqual(['First', 'Elsewhere']);
    await rig.clock.pass(3_000, 1_000);
    expect(rig.told().slice(2).toSorted()).toEqual(['First', 'Second']);
  });

  test('holds against a wake, a redelivery by hand, a test and a restart', async () => {
    rig.transport.script(answer(429, { 'retry-after': '600' }), answer(200));
    const id = await rig.add('First');
    const target = targetAt('https://hooks.example.com/a', { id: 'a' });
    rig.engine.wake();
    rig.engine.redeliver(id);
    const test = await rig.engine.test(target, chatNotice('Test'));
    expect(test).toMatchObject({ delivered: false, status: null });
    expect(test.words).toMatch(/left alone for another 6\d\d s/);
    await rig.clock.pass(300_000, 10_000);
    expect(rig.transport.sent).toHaveLength(1);
    await rig.crash();
    rig.engine.start();
    await rig.clock.pass(290_000, 10_000);
    expect(rig.transport.sent).toHaveLength(0);
    await rig.clock.pass(11_000, 1_000);
    expect(rig.told()).toEqual(['First']);
  });

  test('does not bind a target that was given another URL', async () => {
    rig.transport.script(answer(429, { 'retry-after': '600' }), answer(200));
    const id = await rig.add('First');
    rig.targets.set('a', targetAt('https://other.example.com/new', { id: 'a' }));
    rig.engine.wake();
    await settle();
    expect(rig.row(id).state).toBe('delivered');
    expect(rig.transport.sent[1]?.url).toBe('https://other.example.com/new');
  });

  test('setting the clock forward does not shorten it', async () => {
    rig.transport.script(answer(503, { 'retry-after': '120' }), answer(200));
    await rig.add('First');
    rig.clock.jump(HOUR);
    await rig.add('Second');
    await rig.clock.pass(119_000, 1_000);
    expect(rig.transport.sent).toHaveLength(1);
  });

  test('beyond the expiry: ends at once, and says why', async () => {
    rig.transport.script(answer(429, { 'retry-after': '7200' }));
    const id = await rig.add('First', { expiresAt: rig.clock.now() + HOUR });
    expect(rig.row(id)).toMatchObject({ state: 'expired' });
    expect(rig.row(id).reason).toMatch(/asked to wait longer than this notice keeps/);
  });

  test('429 without it holds the whole target back as well', async () => {
    rig.transport.script(answer(429), answer(200));
    await rig.add('First');
    await rig.add('Second');
    await rig.clock.pass(4_900);
    expect(rig.transport.sent).toHaveLength(1);
    await rig.clock.pass(200);
    expect(rig.transport.sent.length).toBeGreaterThan(1);
  });
});

describe('targets', () => {
  test('gone: the owner is told once, the row fails, the others wait and go after the resume', async () => {
    rig.transport.script(answer(410, {}, 'deleted'), answer(200));
    const [first, second] = rig.addNow({ title: 'First' }, { title: 'Second' });
    await settle();
    expect(rig.gone).toHaveLength(1);
    expect(rig.gone[0]?.words).toMatch(/410/);
    expect(rig.row(first ?? '').state).toBe('failed');
    expect(rig.row(second ?? '')).toMatchObject({ state: 'queued', nextAt: null });
    expect(rig.row(second ?? '').reason).toMatch(/paused/);
    const third = await rig.add('Third');
    await rig.clock.pass(HOUR, 60_000);
    expect(rig.transport.sent).toHaveLength(1);
    rig.targets.delete('a');
    rig.engine.wake();
    await settle();
    expect([second, third].map((id) => rig.row(id ?? '').state)).toEqual(['delivered', 'delivered']);
  });

  test.each([
    ['deleted', null, /deleted/],
    ['switched off', targetAt('https://hooks.example.com/a', { id: 'a', enabled: false }), /switched off/],
  ])('%s: what waits is cancelled with the reason', async (_name, target, words) => {
    rig.targets.set('a', target);
    const ids = rig.addNow({ title: 'First' }, { title: 'Second' });
    await settle();
    for (const id of ids) {
      expect(rig.row(id).state).toBe('cancelled');
      expect(rig.row(id).reason).toMatch(words);
    }
    expect(rig.transport.sent).toEqual([]);
  });

  test('one whose settings cannot be read now is read again later; nothing is lost', async () => {
    await rig.end();
    let broken = true;
    rig = new EngineRig({
      hooks: {
        resolveTarget: async (id) => {
          if (broken) throw new Error('the vault is locked');
          return targetAt('https://hooks.example.com/a', { id });
        },
        onTargetGone: () => undefined,
        onChange: () => {
          throw new Error('a listener that fails');
        },
      },
    });
    rig.engine.start();
    const id = await rig.add('First');
    expect(rig.row(id)).toMatchObject({ state: 'queued', attempts: [] });
    broken = false;
    await rig.clock.pass(31_000);
    expect(rig.row(id).state).toBe('delivered');
  });

  test('one at a time each, sixteen side by side, in order of arrival', async () => {
    rig.transport.hold();
    const titles = Array.from({ length: 60 }, (_, i) => ({ title: `n${i}`, targetId: `t${i % 20}` }));
    rig.addNow(...titles);
    await settle();
    expect(rig.transport.sent).toHaveLength(16);
    expect(new Set(rig.transport.sent.map(({ url }) => url)).size).toBe(16);
    rig.transport.release();
    await settle(40);
    expect(rig.transport.mostOpen).toBe(16);
    const perTarget = new Map<string, number[]>();
    for (const { url, body } of rig.transport.sent) {
      const { chat } = JSON.parse(body) as { chat: { title: string } };
      perTarget.set(url, [...(perTarget.get(url) ?? []), Number(chat.title.slice(1))]);
    }
    expect(perTarget.size).toBe(20);
    for (const numbers of perTarget.values()) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  test('many that hang do not hold up one that answers', async () => {
    rig.transport.hold();
    rig.addNow(...Array.from({ length: 20 }, (_, i) => ({ title: `slow${i}`, targetId: `slow${i}` })));
    await settle();
    await rig.add('Quick', { targetId: 'quick' });
    expect(rig.told()).not.toContain('Quick');
    await rig.clock.pass(1_000);
    expect(rig.told()).toContain('Quick');
  });

  test('a success lets go what the network had kept back', async () => {
    rig.transport.script(fault(), fault(), answer(200));
    const first = await rig.add('First');
    expect(rig.row(first).state).toBe('queued');
    await rig.add('Second');
    await settle();
    expect(rig.told()).toEqual(['First', 'First', 'Second', 'First']);
    expect(rig.row(first).state).toBe('delivered');
  });
});
