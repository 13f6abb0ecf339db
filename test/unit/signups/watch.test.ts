import { beforeEach, describe, expect, it } from 'vitest';
import type { Session } from '../../../src/main/accounts/accounts.ts';
import { memoryLog } from '../../../src/main/log/memory-log.ts';
import { createSignupWatch, type SignupWatch } from '../../../src/main/signups/watch.ts';
import type { DeliveryEngine, EnqueueInput } from '../../../src/main/webhooks/delivery-port.ts';
import type { TargetView } from '../../../src/shared/webhooks.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { memoryStore } from '../../support/memory-store.ts';

const PAGE = 30;
let users: { id: string; name: string; email: string; role: string; created_at: number }[];
let asked: number;
let listening: boolean;
let store: ReturnType<typeof memoryStore>;
let clock: FakeClock;
let rows: EnqueueInput[];
let refuse: boolean;
let watch: SignupWatch;

const add = (n: number, at: number): void =>
  void users.unshift({
    id: `u${n}`,
    name: `User ${n}`,
    email: `u${n}@example.com`,
    role: 'pending',
    created_at: at,
  });
const session = (role = 'admin'): Session =>
  ({
    owner: 'srv:me',
    serverId: 'srv',
    user: { id: 'me', role },
    client: {
      users: async ({ page }: { page: number }) => {
        asked += 1;
        const slice = users.slice((page - 1) * PAGE, page * PAGE);
        return { ok: true, data: { users: slice, total: users.length } };
      },
    },
  }) as unknown as Session;
const make = (): SignupWatch =>
  createSignupWatch({
    clock,
    log: memoryLog(),
    store,
    delivery: {
      enqueue: (inputs: EnqueueInput[]) => {
        if (refuse) return { ok: false, error: { code: 'STORAGE', message: 'full' } };
        rows.push(...inputs);
        return { ok: true, data: { ids: [] } };
      },
    } as unknown as DeliveryEngine,
    targets: () =>
      listening
        ? [
            {
              id: 't',
              enabled: true,
              paused: null,
              events: ['new_user'],
              when: { mode: 'always' },
              minAnswerSeconds: 0,
              quietHours: null,
              shelfLifeHours: 168,
            } as unknown as TargetView,
          ]
        : [],
    activity: () => ({ active: true, since: 0, words: '' }),
    embedded: () => false,
    random: () => 0.5,
  });
const told = (): string[] =>
  rows.map((row) => (row.notice.event === 'new_user' ? row.notice.user.email : '?'));

beforeEach(() => {
  users = [];
  asked = 0;
  listening = true;
  refuse = false;
  rows = [];
  store = memoryStore();
  clock = new FakeClock();
  watch = make();
  add(1, 100);
  add(2, 200);
});

describe('sign-up watch', () => {
  it('the first look is the baseline; then each new account is told once, oldest first', async () => {
    watch.attach(session());
    await clock.pass(1);
    add(3, 300);
    add(4, 301);
    await clock.pass(60_000);
    await clock.pass(60_000);
    expect(told()).toEqual(['u3@example.com', 'u4@example.com']);
    expect(rows[0]?.notice).toEqual({ event: 'new_user', user: { email: 'u3@example.com', name: 'User 3' } });
  });

  it('two accounts of the same second, seen in two looks, are both told and none twice', async () => {
    watch.attach(session());
    await clock.pass(1);
    add(3, 300);
    await clock.pass(60_000);
    add(4, 300);
    await clock.pass(60_000);
    await clock.pass(60_000);
    expect(told()).toEqual(['u3@example.com', 'u4@example.com']);
  });

  it('more than a page of newcomers is told whole', async () => {
    watch.attach(session());
    await clock.pass(1);
    for (let n = 10; n < 80; n += 1) add(n, 1000 + n);
    await clock.pass(60_000);
    expect(told()).toHaveLength(70);
    expect(new Set(told()).size).toBe(70);
  });

  it('who signed up while Hark was not running is told after the restart, the others not again', async () => {
    watch.attach(session());
    await clock.pass(1);
    watch.detach();
    add(3, 300);
    watch = make();
    watch.attach(session());
    await clock.pass(1);
    expect(told()).toEqual(['u3@example.com']);
  });

  it('a full disk loses nobody: the next look tells', async () => {
    watch.attach(session());
    await clock.pass(1);
    add(3, 300);
    refuse = true;
    await clock.pass(60_000);
    refuse = false;
    await clock.pass(60_000);
    expect(told()).toEqual(['u3@example.com']);
  });

  it('asks nothing without a listening target, without an admin, or after sign-out', async () => {
    listening = false;
    watch.attach(session());
    await clock.pass(600_000);
    expect(asked).toBe(0);
    listening = true;
    watch.attach(session('user'));
    await clock.pass(600_000);
    expect(asked).toBe(0);
    watch.attach(session());
    await clock.pass(1);
    watch.detach();
    const before = asked;
    await clock.pass(600_000);
    expect([before, asked]).toEqual([1, 1]);
  });

  it('a target that comes to listen starts the looking at once', async () => {
    listening = false;
    watch.attach(session());
    await clock.pass(1);
    listening = true;
    watch.targetsChanged();
    await clock.pass(1);
    expect(asked).toBe(1);
  });
});
