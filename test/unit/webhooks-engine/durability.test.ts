import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settle } from '../../support/fake-clock.ts';
import { answer, fault } from '../../support/fake-transport.ts';
import { DAY, EngineRig, HOUR } from '../../support/engine-rig.ts';
import { chatNotice, targetAt } from '../../support/targets.ts';

let rig: EngineRig;
beforeEach(() => {
  rig = new EngineRig();
  rig.engine.start();
});
afterEach(() => rig.end());

describe('a crash', () => {
  test('while a notice is being sent: it goes out again under the same id', async () => {
    rig.transport.hold();
    const id = await rig.add('Tides');
    expect(rig.row(id).state).toBe('sending');
    await rig.crash();
    rig.engine.start();
    await settle();
    expect(rig.transport.sent.map((sent) => sent.id)).toEqual([id]);
    expect(rig.row(id).state).toBe('delivered');
  });

  test('loses nothing that waited, and tells nothing twice that was told', async () => {
    await rig.add('Told');
    rig.transport.script(fault());
    await rig.add('Waits');
    rig.engine.setOnline(false);
    await rig.add('Offline');
    await rig.crash();
    rig.engine.start();
    await rig.clock.pass(6_000, 1_000);
    expect(rig.told().toSorted()).toEqual(['Offline', 'Waits']);
  });

  test('between the answer and its writing: the notice may repeat, never get lost', async () => {
    rig.transport.hold();
    const id = await rig.add('Tides');
    rig.transport.release();
    // The answer is in, the group commit has not run yet.
    await Promise.resolve();
    await rig.crash();
    rig.engine.start();
    await settle();
    expect(rig.transport.sent[0]?.id).toBe(id);
    expect(rig.row(id).state).toBe('delivered');
  });

  test('with a clock that was set back meanwhile: waits are no longer than they were meant to be', async () => {
    rig.transport.script(answer(500));
    await rig.add('Tides');
    rig.clock.jump(-3 * DAY);
    await rig.crash();
    rig.engine.start();
    await rig.clock.pass(6_000, 1_000);
    expect(rig.told()).toEqual(['Tides']);
  });
});

describe('quitting', () => {
  test('sends what is due in the time given', async () => {
    rig.transport.hold();
    const ids = rig.addNow({ title: 'One' }, { title: 'Two' }, { title: 'Three' });
    await settle();
    const stopped = rig.engine.stop(2_000);
    rig.transport.release();
    await settle(20);
    await stopped;
    expect(ids.map((id) => rig.row(id).state)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(rig.clock.pending).toBe(0);
  });

  test('does not wait for a receiver that hangs: it is stopped, and sent at the next start under its id', async () => {
    rig.transport.hold();
    const [one, two] = rig.addNow({ title: 'One' }, { title: 'Two' });
    await settle();
    let over = false;
    void rig.engine.stop(2_000).then(() => (over = true));
    await rig.clock.pass(1_900);
    expect(over).toBe(false);
    await rig.clock.pass(200);
    expect(over).toBe(true);
    expect(rig.row(one ?? '')).toMatchObject({ state: 'queued', attempts: [] });
    expect(rig.row(one ?? '').reason).toMatch(/closing.*may have arrived/);
    await rig.crash();
    rig.engine.start();
    await settle();
    expect(rig.transport.sent.map((sent) => sent.id)).toEqual([one, two]);
  });

  test('does not wait for the network when there is none', async () => {
    rig.engine.setOnline(false);
    await rig.add('One');
    await rig.engine.stop(2_000); // fake time stands still: waiting would never end
    expect(rig.states()).toEqual(['queued']);
  });
});

describe('offline', () => {
  test('nothing is tried and nothing is counted; on return everything goes at once', async () => {
    rig.engine.setOnline(false);
    const id = await rig.add('Tides');
    await rig.clock.pass(6 * HOUR, HOUR);
    expect(rig.transport.sent).toEqual([]);
    rig.engine.setOnline(true);
    await settle();
    expect(rig.row(id)).toMatchObject({ state: 'delivered' });
    expect(rig.row(id).attempts).toHaveLength(1);
  });

  test('a fault that says "no network" is free: the schedule starts afresh once there is one', async () => {
    rig.transport.script(fault({ failure: 'offline', words: 'No network.' }));
    const id = await rig.add('Tides');
    await rig.clock.pass(3 * HOUR, 60_000);
    expect(rig.row(id)).toMatchObject({ state: 'queued', attempts: [] });
    expect(rig.row(id).reason).toMatch(/No network.*when the network is back/);
    rig.transport.script(answer(500));
    rig.engine.wake();
    await settle();
    expect(rig.row(id).nextAt).toBe(rig.clock.now() + 5_000);
  });

  test('just after a wake, faults are free and tried again soon', async () => {
    rig.transport.script(answer(500));
    const id = await rig.add('Tides');
    await rig.clock.pass(5_000);
    rig.transport.script(fault({ failure: 'unreachable', latencyMs: 2_000 }), answer(200));
    rig.engine.wake();
    await settle();
    expect(rig.row(id).attempts).toHaveLength(2);
    await rig.clock.pass(5_000);
    expect(rig.row(id).state).toBe('delivered');
  });

  test('isOnline is asked, and asked again by itself', async () => {
    let there = false;
    await rig.crash({ isOnline: () => there });
    rig.engine.start();
    await rig.add('Tides');
    await rig.clock.pass(20_000, 1_000);
    expect(rig.transport.sent).toEqual([]);
    there = true;
    await rig.clock.pass(31_000, 1_000);
    expect(rig.told()).toEqual(['Tides']);
  });

  test('a notice whose time is over while offline expires, unsent', async () => {
    rig.engine.setOnline(false);
    const id = await rig.add('Tides', { expiresAt: rig.clock.now() + HOUR });
    await rig.clock.pass(HOUR);
    expect(rig.row(id)).toMatchObject({
      state: 'expired',
      reason: 'Its time ran out before it could be sent.',
    });
    rig.engine.setOnline(true);
    await settle();
    expect(rig.transport.sent).toEqual([]);
  });

  test('wake lets waiting ones go, but not those still held back', async () => {
    rig.transport.script(answer(500), answer(200));
    await rig.add('Waits');
    await rig.add('Held', { notBefore: rig.clock.now() + 20_000 });
    rig.engine.wake();
    await settle();
    expect(rig.told()).toEqual(['Waits', 'Waits']);
  });
});

describe('the clock', () => {
  test('set back a day: the next try comes when it was meant to', async () => {
    rig.transport.script(answer(500), answer(200));
    await rig.add('Tides');
    rig.clock.jump(-DAY);
    await rig.clock.pass(5_000);
    await rig.clock.pass(5_000);
    expect(rig.told()).toEqual(['Tides', 'Tides']);
  });

  test('set back: a notice does not live longer than its shelf life from now', async () => {
    rig.transport.script(answer(500));
    const id = await rig.add('Tides', { expiresAt: rig.clock.now() + HOUR });
    rig.clock.jump(-30 * DAY);
    await rig.clock.pass(2 * HOUR, 60_000);
    expect(rig.row(id).state).toBe('expired');
  });

  test('set forward: what is due is sent, and a held notice goes no later', async () => {
    await rig.add('Held', { notBefore: rig.clock.now() + 30_000 });
    rig.clock.jump(HOUR);
    await rig.clock.pass(30_000, 1_000);
    expect(rig.told()).toEqual(['Held']);
  });
});

describe('a backlog', () => {
  const outage = async (count: number, waitMs: number) => {
    rig.engine.setOnline(false);
    const ids = rig.addNow(...Array.from({ length: count }, (_, i) => ({ title: `chat ${i + 1}` })));
    await rig.clock.pass(waitMs);
    return ids;
  };

  test('after an outage becomes one notice, and each row says so', async () => {
    const ids = await outage(5, 60_000);
    rig.engine.setOnline(true);
    await settle();
    expect(rig.told()).toEqual(['5 answers are ready']);
    expect(rig.transport.sent[0]?.body).toContain('chat 4\\nchat 5');
    for (const id of ids) {
      expect(rig.row(id).state).toBe('delivered');
      expect(rig.row(id).reason).toMatch(/^Told together with 4 others/);
    }
    // A receiver that got one of them before must not take the whole for a repeat of it.
    expect(ids).not.toContain(rig.transport.sent[0]?.id);
  });

  test.each([
    ['three are no backlog', 3, 60_000],
    ['five at once are no outage', 5, 1_000],
  ])('%s', async (_name, count, waitMs) => {
    await outage(count, waitMs);
    rig.engine.setOnline(true);
    await settle(20);
    expect(rig.told()).toEqual(Array.from({ length: count }, (_, i) => `chat ${i + 1}`));
  });

  test('that fails is tried again as the same notice under the same id, also after a crash', async () => {
    const ids = await outage(4, 60_000);
    rig.transport.script(answer(503));
    rig.engine.setOnline(true);
    await settle();
    const [first] = rig.transport.sent;
    await rig.crash();
    rig.engine.start();
    await rig.clock.pass(6_000);
    expect(rig.transport.sent.map((sent) => [sent.id, sent.body])).toEqual([[first?.id, first?.body]]);
    expect(ids.map((id) => rig.row(id).state)).toEqual(Array(4).fill('delivered'));
  });

  test('takes in answers only: failures and questions are told one by one', async () => {
    rig.engine.setOnline(false);
    const notices = ['chat_response', 'chat_failed', 'chat_needs_input'] as const;
    rig.addNow(
      ...Array.from({ length: 6 }, (_, i) => ({
        title: `n${i}`,
        notice: chatNotice(`n${i}`, notices[i % 3]),
      })),
    );
    await rig.clock.pass(60_000);
    rig.engine.setOnline(true);
    await settle(20);
    expect(rig.told()).toEqual(['n0', 'n1', 'n2', 'n3', 'n4', 'n5']);
  });

  test('a member sent again by hand goes alone, under its own id', async () => {
    const [id] = await outage(4, 60_000);
    rig.engine.setOnline(true);
    await settle();
    rig.engine.redeliver(id ?? '');
    await settle();
    expect(rig.told()).toEqual(['4 answers are ready', 'chat 1']);
    expect(rig.transport.sent[1]?.id).toBe(id);
  });
});

describe('a disk that refuses', () => {
  const fill = () => rig.db.exec(`PRAGMA max_page_count = ${pages()}`);
  const pages = () => Number(rig.db.prepare('PRAGMA page_count').get()?.page_count);
  const free = () => rig.db.exec('PRAGMA max_page_count = 1073741823');

  test('a full one: enqueue says so in words, throws nothing, and sends nothing it could not keep', async () => {
    fill();
    const long = {
      event: 'chat_response' as const,
      chat: { id: '1', title: 't', last_message: 'x'.repeat(200_000) },
    };
    const written = rig.engine.enqueue([
      { key: 'k', scope: 'user', owner: 'me', targetId: 'a', notice: long, expiresAt: rig.clock.now() + DAY },
    ]);
    expect(written).toMatchObject({ ok: false, error: { code: 'STORAGE' } });
    if (!written.ok) expect(written.error.message).toMatch(/disk is full/);
    await settle();
    expect(rig.transport.sent).toEqual([]);
    free();
    await rig.add('After');
    expect(rig.told()).toEqual(['After']);
  });

  test('while a result is written: the result is kept and written later, the target waits', async () => {
    rig.transport.hold();
    const first = await rig.add('First');
    await rig.add('Second');
    fill();
    rig.transport.reply = () => answer(200, {}, 'y'.repeat(2_000));
    // Fill the last page, so that the attempt has nowhere to go.
    const filler = rig.db.prepare(
      `INSERT INTO attempts (row, at, why, status, latency_ms, words, answer) VALUES (1, 0, 'test', 0, 0, ?, '')`,
    );
    expect(() => {
      for (let i = 0; i < 1_000; i += 1) filler.run('a filler');
    }).toThrow(/full/);
    rig.transport.release();
    await settle();
    expect(rig.told()).toEqual(['First']);
    expect(rig.row(first).state).toBe('sending');
    expect(rig.log.entries.some((entry) => /tried again/.test(entry.message))).toBe(true);
    free();
    await rig.clock.pass(2_000);
    expect(rig.told()).toEqual(['First', 'Second']);
    expect(rig.row(first).state).toBe('delivered');
  });

  test('a result that can never be written down does not stop the target for ever', async () => {
    rig.db.exec(
      `CREATE TRIGGER no BEFORE INSERT ON attempts WHEN NEW.status = 500 BEGIN SELECT RAISE(ABORT, 'no'); END`,
    );
    rig.transport.script(answer(500), answer(200));
    await rig.add('First');
    await rig.add('Second');
    expect(rig.told()).toEqual(['First', 'Second']);
    await rig.crash();
    rig.engine.start();
    await settle();
    expect(rig.told()).toEqual(['First']);
  });

  test('a closed database: everything answers, nothing throws', async () => {
    const id = await rig.add('Tides');
    rig.db.close();
    expect(rig.engine.enqueue([])).toMatchObject({ ok: false, error: { code: 'STORAGE' } });
    expect(rig.engine.list({ scope: 'user', owner: 'me', limit: 1 })).toEqual({ items: [], more: false });
    expect(rig.engine.get(id)).toBeNull();
    expect(rig.engine.redeliver(id)).toMatchObject({ ok: false });
    expect(rig.engine.cancelHeld('me', 'back')).toBe(0);
    expect(await rig.engine.curl(id)).toMatchObject({ ok: false });
    rig.engine.wake();
    await settle();
  });
});

describe('where a name leads', () => {
  const lead = (address: string) => {
    rig.transport.reply = ({ request }) => {
      const verdict = request.allowAddress?.(address);
      return verdict && !verdict.ok
        ? fault({ failure: 'refused_address', words: verdict.words })
        : answer(200);
    };
  };

  test('from public into the own network: refused, and said so', async () => {
    lead('93.184.216.34');
    await rig.add('First');
    lead('192.168.1.10');
    const id = await rig.add('Second');
    expect(rig.row(id)).toMatchObject({ state: 'queued' });
    expect(rig.row(id).reason).toMatch(/now leads into your own network/);
    await rig.crash();
    lead('127.0.0.1');
    rig.engine.start();
    await rig.clock.pass(10_000, 1_000);
    expect(rig.row(id).state).toBe('queued');
  });

  test('a name that led into the own network from the start is the user’s own choice', async () => {
    lead('192.168.1.10');
    expect(rig.row(await rig.add('First')).state).toBe('delivered');
    expect(rig.row(await rig.add('Second')).state).toBe('delivered');
  });

  test('a test by hand, or another URL, settles it anew', async () => {
    lead('93.184.216.34');
    await rig.add('First');
    lead('192.168.1.10');
    const target = targetAt('https://hooks.example.com/a', { id: 'a' });
    expect((await rig.engine.test(target, chatNotice('Test'))).delivered).toBe(true);
    expect(rig.row(await rig.add('Second')).state).toBe('delivered');
  });

  test('metadata addresses never, whoever asks', async () => {
    lead('169.254.169.254');
    const outcome = await rig.engine.test(targetAt('https://hooks.example.com/a'), chatNotice('Test'));
    expect(outcome).toMatchObject({ delivered: false });
  });
});
