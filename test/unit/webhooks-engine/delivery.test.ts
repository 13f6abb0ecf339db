import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settle } from '../../support/fake-clock.ts';
import { answer, fault, lostAnswer, type Reply } from '../../support/fake-transport.ts';
import { DAY, EngineRig, HOUR } from '../../support/engine-rig.ts';
import { chatNotice, targetAt } from '../../support/targets.ts';

let rig: EngineRig;
beforeEach(() => {
  rig = new EngineRig();
  rig.engine.start();
});
afterEach(() => rig.end());

describe('one notice', () => {
  test('goes out at once, is written down as delivered and shown with its attempt', async () => {
    rig.transport.script(answer(200, {}, 'thanks'));
    const id = await rig.add('Tides');
    expect(rig.told()).toEqual(['Tides']);
    expect(rig.transport.sent[0]?.id).toBe(id);
    expect(rig.row(id)).toMatchObject({
      state: 'delivered',
      subject: 'Tides',
      chatId: 'chat-Tides',
      targetName: 'a',
      targetKind: 'generic',
      urlMasked: 'https://hooks.example.com/…',
      nextAt: null,
      attempts: [{ status: 200, why: 'automatic', answer: 'thanks', latencyMs: 12 }],
    });
    expect(rig.changes).toBeGreaterThan(0);
  });

  test('is on disk before its first byte leaves', async () => {
    let onDisk = 0;
    rig.transport.reply = () => {
      const row = rig.db.prepare('SELECT count(*) AS n FROM outbox WHERE state = ?').get('sending');
      onDisk = Number(row?.n);
      return answer(200);
    };
    await rig.add('Tides');
    expect(onDisk).toBe(1);
  });

  test('is told once, whatever says it again', async () => {
    const first = await rig.add('Tides');
    expect(rig.addNow({ title: 'Tides' })).toEqual([]);
    await settle();
    expect(rig.told()).toEqual(['Tides']);
    expect(rig.states()).toEqual(['delivered']);
    expect(rig.row(first).attempts).toHaveLength(1);
  });

  test('its key is remembered after its row was dropped', async () => {
    await rig.end();
    rig = new EngineRig({ retention: { days: 30, rows: 0 } });
    rig.engine.start();
    await rig.add('Tides');
    await rig.crash();
    rig.engine.start(); // prunes
    expect(rig.states()).toEqual([]);
    expect(rig.addNow({ title: 'Tides' })).toEqual([]);
  });

  test('suppressed: written down with its reason, never sent, and yet sent by hand', async () => {
    const id = await rig.add('Tides', { suppressed: 'you were looking at the chat' });
    await rig.clock.pass(DAY, HOUR);
    expect(rig.transport.sent).toEqual([]);
    expect(rig.row(id)).toMatchObject({
      state: 'suppressed',
      reason: 'you were looking at the chat',
      targetName: 'a',
    });
    expect(rig.engine.redeliver(id).ok).toBe(true);
    await settle();
    expect(rig.row(id)).toMatchObject({ state: 'delivered', attempts: [{ why: 'manual' }] });
  });
});

describe('tries', () => {
  test('go by the schedule, under one id, until the notice expires', async () => {
    const times: number[] = [];
    const start = rig.clock.now();
    rig.transport.reply = () => {
      times.push(rig.clock.now() - start);
      return answer(500, {}, 'boom');
    };
    const id = await rig.add('Tides', { expiresAt: start + HOUR });
    await rig.clock.pass(2 * HOUR, 60_000);
    expect(times).toEqual([0, 5_000, 35_000, 155_000, 755_000, 2_555_000, HOUR - 1_000]);
    expect(new Set(rig.transport.sent.map((sent) => sent.id))).toEqual(new Set([id]));
    expect(rig.row(id)).toMatchObject({ state: 'expired' });
    expect(rig.row(id).reason).toMatch(/HTTP 500.*boom.*Its time ran out after 7 tries/);
    expect(rig.row(id).attempts).toHaveLength(7);
    expect(rig.clock.pending).toBe(0);
  });

  test('a connection that fails at once is tried a second time at once, but only on the first try', async () => {
    rig.transport.reply = () => fault();
    const id = await rig.add('Tides');
    expect(rig.transport.sent).toHaveLength(2);
    expect(rig.row(id).nextAt).toBe(rig.clock.now() + 5_000);
    await rig.clock.pass(5_000);
    expect(rig.transport.sent).toHaveLength(3);
  });

  test('each request carries a fresh timestamp', async () => {
    const seconds: string[] = [];
    rig.targets.set(
      'a',
      targetAt(
        'https://hooks.example.com/a',
        { id: 'a', signing: { enabled: true, previousUntil: null } },
        {
          signingSecrets: [`whsec_${Buffer.alloc(32, 7).toString('base64')}`],
        },
      ),
    );
    rig.transport.reply = ({ request }) => {
      seconds.push(request.headers['webhook-timestamp'] ?? '');
      return answer(503);
    };
    await rig.add('Tides');
    await rig.clock.pass(5_000);
    expect(Number(seconds[1]) - Number(seconds[0])).toBe(5);
  });

  const finals: [string, Reply[], string, RegExp, number][] = [
    [
      'a redirect',
      [answer(302, { location: 'https://login.example.net/x?s=1' })],
      'failed',
      /login\.example\.net/,
      1,
    ],
    ['404', [answer(404)], 'failed', /HTTP 404/, 1],
    ['400, then the plain form passes', [answer(400, {}, 'too long'), answer(200)], 'delivered', /200/, 2],
    ['422 twice', [answer(422), answer(422)], 'failed', /HTTP 422/, 2],
    ['413, then 500 on the plain form', [answer(413), answer(500)], 'queued', /HTTP 500.*tried again/, 2],
  ];
  test.each(finals)('%s', async (_name, replies, state, words, requests) => {
    rig.transport.script(...replies);
    const id = await rig.add('Tides');
    expect(rig.transport.sent).toHaveLength(requests);
    expect(rig.row(id).state).toBe(state);
    expect(rig.row(id).reason).toMatch(words);
    expect(rig.row(id).attempts).toHaveLength(requests);
  });

  test('after the full form was refused, later tries are plain at once', async () => {
    rig.targets.set('a', targetAt('https://hooks.example.com/a', { id: 'a' }));
    const prompt = 'word '.repeat(2_000);
    rig.transport.script(answer(413), answer(503), answer(200));
    await rig.add('Tides', {
      notice: { event: 'chat_response', chat: { id: '1', title: 'Tides', last_message: prompt } },
    });
    await rig.clock.pass(5_000);
    const sizes = rig.transport.sent.map(({ body }) => body.length);
    expect(sizes).toHaveLength(3);
    expect(sizes[0]).toBeGreaterThan(9_000);
    expect(sizes[1]).toBeLessThan(1_000);
    expect(sizes[2]).toBe(sizes[1]);
  });

  test('a lost answer is sent again, and ends as unknown when nothing else is heard', async () => {
    rig.transport.reply = lostAnswer;
    const id = await rig.add('Tides', { expiresAt: rig.clock.now() + HOUR });
    expect(rig.row(id)).toMatchObject({ state: 'queued' });
    expect(rig.row(id).attempts[0]?.words).toMatch(/may have arrived.*can tell the next try by its id/);
    await rig.clock.pass(2 * HOUR, 60_000);
    expect(rig.row(id).state).toBe('unknown');
  });
});

describe('holding back', () => {
  test('a held notice goes when its time has come', async () => {
    await rig.add('Tides', { notBefore: rig.clock.now() + 10_000 });
    await rig.clock.pass(9_999);
    expect(rig.transport.sent).toEqual([]);
    await rig.clock.pass(1);
    expect(rig.told()).toEqual(['Tides']);
  });

  test('coming back cancels what is held, for that account only, with the reason in the log', async () => {
    const notBefore = rig.clock.now() + 10_000;
    const mine = await rig.add('Mine', { notBefore });
    const theirs = await rig.add('Theirs', { notBefore, owner: 'someone' });
    const signup = await rig.add('Signup', { notBefore, scope: 'admin' });
    const waiting = await rig.add('Waiting', { targetId: 'b' });
    expect(rig.engine.cancelHeld('me', 'you came back in time')).toBe(1);
    await rig.clock.pass(HOUR, 10_000);
    expect(rig.row(mine)).toMatchObject({ state: 'cancelled', reason: 'you came back in time' });
    expect([theirs, signup, waiting].map((id) => rig.row(id).state)).toEqual([
      'delivered',
      'delivered',
      'delivered',
    ]);
  });

  test('a notice on its second try is no longer held: coming back does not cancel it', async () => {
    rig.transport.script(answer(500), answer(200));
    const id = await rig.add('Mine', { notBefore: rig.clock.now() + 1_000 });
    await rig.clock.pass(1_000);
    expect(rig.engine.cancelHeld('me', 'you came back')).toBe(0);
    await rig.clock.pass(5_000);
    expect(rig.row(id).state).toBe('delivered');
  });
});

describe('by hand', () => {
  test('a failed notice is sent again under its id, and tried on if need be', async () => {
    rig.transport.script(answer(404), answer(500), answer(200));
    const id = await rig.add('Tides');
    expect(rig.row(id).state).toBe('failed');
    await rig.clock.pass(2 * DAY, HOUR);
    expect(rig.engine.redeliver(id).ok).toBe(true);
    await settle();
    await rig.clock.pass(5_000);
    expect(rig.row(id).state).toBe('delivered');
    expect(rig.row(id).attempts.map(({ why, status }) => [why, status])).toEqual([
      ['automatic', 404],
      ['manual', 500],
      ['automatic', 200],
    ]);
    expect(new Set(rig.transport.sent.map((sent) => sent.id))).toEqual(new Set([id]));
  });

  test('an unknown id and one being sent are refused in words', async () => {
    expect(rig.engine.redeliver('msg_none')).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    rig.transport.hold();
    const id = await rig.add('Tides');
    expect(rig.engine.redeliver(id)).toMatchObject({ ok: false, error: { code: 'CONFLICT' } });
  });

  test('a test goes out even when the queue is offline, once, and is kept out of the queue', async () => {
    rig.engine.setOnline(false);
    rig.transport.script(answer(500, {}, 'my token is xyz'));
    const outcome = await rig.engine.test(
      targetAt('https://hooks.example.com/s/secretpath01'),
      chatNotice('Test'),
    );
    expect(outcome).toMatchObject({ delivered: false, status: 500, kind: 'generic' });
    expect(outcome.words).toMatch(/HTTP 500.*my token is xyz/);
    expect(outcome.urlMasked).not.toContain('secretpath01');
    await rig.clock.pass(HOUR, 60_000);
    expect(rig.transport.sent).toHaveLength(1);
    expect(rig.states()).toEqual([]);
  });

  test('the curl command has the body and the id, and nothing secret', async () => {
    rig.targets.set(
      'a',
      targetAt(
        'https://hooks.example.com/services/T0SECRET99?key=k3yk3yk3y',
        { id: 'a' },
        {
          headers: [['Authorization', 'Bearer abcdefgh12345']],
        },
      ),
    );
    const id = await rig.add('Tides');
    const command = await rig.engine.curl(id);
    if (!command.ok) throw new Error(command.error.message);
    expect(command.data).toContain('curl -X POST');
    expect(command.data).toContain(id);
    expect(command.data).toContain('"title":"Tides"');
    expect(command.data).not.toMatch(/T0SECRET99|k3yk3yk3y|abcdefgh12345/);
  });
});

describe('what is kept', () => {
  test('no secret of the target, though the receiver echoes it', async () => {
    rig.targets.set('a', targetAt('https://hooks.example.com/services/T0SECRET99', { id: 'a' }));
    rig.transport.script(answer(500, {}, 'cannot POST https://hooks.example.com/services/T0SECRET99'));
    await rig.add('Tides');
    rig.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const everything = ['outbox', 'attempts', 'targets'].map((table) =>
      JSON.stringify(rig.db.prepare(`SELECT * FROM ${table}`).all()),
    );
    expect(everything.join()).toContain('hooks.example.com');
    expect(everything.join()).not.toContain('T0SECRET99');
    expect(JSON.stringify(rig.log.entries)).not.toContain('T0SECRET99');
  });

  test('2 KB of an answer, cut between characters', async () => {
    rig.transport.script(answer(200, {}, 'é'.repeat(5_000)));
    const id = await rig.add('Tides');
    const kept = rig.row(id).attempts[0]?.answer ?? '';
    expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(2_048);
    expect(kept).toMatch(/^é+…$/);
  });

  test('ended rows for thirty days and at most so many; waiting rows for as long as they wait', async () => {
    await rig.end();
    rig = new EngineRig({ retention: { days: 30, rows: 5 } });
    rig.engine.start();
    rig.targets.set(
      'paused',
      targetAt('https://x.example', { id: 'paused', paused: { at: 0, words: 'by hand' } }),
    );
    await rig.add('waits', { targetId: 'paused', expiresAt: rig.clock.now() + 90 * DAY });
    for (let i = 0; i < 9; i += 1) await rig.add(`n${i}`);
    await rig.crash();
    rig.engine.start();
    expect(rig.states()).toEqual(['queued', ...Array<string>(5).fill('delivered')]);
    rig.clock.jump(31 * DAY);
    await rig.crash();
    rig.engine.start();
    expect(rig.states()).toEqual(['queued']);
    expect(Number(rig.db.prepare('SELECT count(*) AS n FROM attempts').get()?.n)).toBe(0);
  });

  test('the log pages by time without tearing rows of one moment apart', async () => {
    rig.engine.setOnline(false);
    for (let i = 0; i < 4; i += 1) {
      rig.addNow({ title: `${i}a` }, { title: `${i}b` }, { title: `${i}c` });
      rig.clock.advance(1);
    }
    const seen: string[] = [];
    let before: number | undefined;
    for (let page = 0; page < 10; page += 1) {
      const { items, more } = rig.engine.list({ scope: 'user', owner: 'me', limit: 2, before });
      seen.push(...items.map((row) => row.subject));
      before = items.at(-1)?.createdAt;
      if (!more) break;
    }
    expect(seen).toEqual(['3c', '3b', '3a', '2c', '2b', '2a', '1c', '1b', '1a', '0c', '0b', '0a']);
  });

  test('rows of another account or scope are not shown; filters narrow', async () => {
    await rig.add('Mine');
    await rig.add('Theirs', { owner: 'someone' });
    await rig.add('Signup', { scope: 'admin' });
    await rig.add('Other', { targetId: 'b', notice: chatNotice('Other', 'chat_failed') });
    const subjects = (more: object) =>
      rig.engine.list({ scope: 'user', owner: 'me', limit: 10, ...more }).items.map((row) => row.subject);
    expect(subjects({})).toEqual(['Other', 'Mine']);
    expect(subjects({ scope: 'admin' })).toEqual(['Signup']);
    expect(subjects({ targetId: 'b' })).toEqual(['Other']);
    expect(subjects({ event: 'chat_response' })).toEqual(['Mine']);
    expect(subjects({ states: ['failed', 'expired'] })).toEqual([]);
  });
});
