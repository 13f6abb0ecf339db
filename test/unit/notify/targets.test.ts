import { beforeEach, describe, expect, it } from 'vitest';
import { memoryLog } from '../../../src/main/log/memory-log.ts';
import { createTargets, type Targets } from '../../../src/main/notify/targets.ts';
import { memoryVault } from '../../../src/main/vault/memory-vault.ts';
import type { TargetInput } from '../../../src/shared/ipc/routes.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { memoryStore } from '../../support/memory-store.ts';

const SLACK = 'https://hooks.slack.com/services/T000/B000/topsecretpath';
const input = (over: Partial<TargetInput> = {}): TargetInput => ({
  id: null,
  name: 'Mine',
  url: 'https://example.com/hook/verysecret',
  kind: null,
  enabled: true,
  events: ['chat_response'],
  when: { mode: 'away' },
  privacy: 'full',
  minAnswerSeconds: 0,
  quietHours: null,
  shelfLifeHours: 24,
  headers: [],
  options: {},
  caPem: null,
  ...over,
});

let store: ReturnType<typeof memoryStore>;
let vault: ReturnType<typeof memoryVault>;
let clock: FakeClock;
let targets: Targets;
const make = (): Targets =>
  createTargets({ store, vault, clock, log: memoryLog(), onChange: () => undefined });
beforeEach(() => {
  store = memoryStore();
  vault = memoryVault();
  clock = new FakeClock();
  targets = make();
});
const saved = async (over: Partial<TargetInput> = {}) => {
  const result = await targets.save('me', input(over));
  if (!result.ok) throw new Error(result.error.message);
  return result.data;
};

describe('the simple field', () => {
  it('finds the receiver, and neither the store nor the window gets the secret part', async () => {
    const result = await targets.saveMain('me', SLACK);
    expect(result).toMatchObject({ ok: true, data: { kind: 'slack', name: 'Notification Webhook' } });
    expect(JSON.stringify(result)).not.toContain('topsecret');
    expect(JSON.stringify(store.data)).not.toContain('topsecret');
    expect((await targets.resolve(targets.main('me')!.id))?.url).toBe(SLACK);
  });

  it('survives a restart', async () => {
    await targets.saveMain('me', SLACK);
    targets = make();
    expect((await targets.resolve(targets.main('me')!.id))?.url).toBe(SLACK);
  });

  it('empty removes it, twice as well as once', async () => {
    await targets.saveMain('me', SLACK);
    expect(await targets.saveMain('me', '  ')).toEqual({ ok: true, data: null });
    expect(await targets.saveMain('me', '')).toEqual({ ok: true, data: null });
    expect(targets.main('me')).toBeNull();
  });

  it('a new address keeps what the editor had chosen, but no header of the old address', async () => {
    await targets.saveMain('me', 'https://example.com/x');
    const main = targets.main('me')!;
    await targets.save(
      'me',
      input({ id: main.id, url: null, privacy: 'title', headers: [{ name: 'X-Key', value: 'k' }] }),
    );
    await targets.saveMain('me', 'https://other.example/y');
    expect(targets.main('me')).toMatchObject({ privacy: 'title', headerNames: [] });
  });

  it.each([
    ['not http', 'ftp://example.com/x'],
    ['credentials', 'https://user:pw@example.com/x'],
    ['metadata address', 'http://169.254.169.254/latest'],
    ['3 MB', `https://example.com/${'x'.repeat(3_000_000)}`],
    ['nonsense', 'hello there'],
  ])('refuses %s at the field, in words, and keeps the old one', async (_name, url) => {
    await targets.saveMain('me', SLACK);
    const result = await targets.saveMain('me', url);
    expect(result).toMatchObject({ ok: false, error: { field: 'url' } });
    if (!result.ok) expect(result.error.message.length).toBeGreaterThan(20);
    expect((await targets.resolve(targets.main('me')!.id))?.url).toBe(SLACK);
  });
});

describe('targets', () => {
  it('in the editor, credentials leave the URL for a header', async () => {
    const target = await saved({ url: 'https://user:pw@example.com/x' });
    const resolved = await targets.resolve(target.id);
    expect(resolved?.url).toBe('https://example.com/x');
    expect(resolved?.headers).toEqual([['Authorization', 'Basic dXNlcjpwdw==']]);
  });

  it('one account never sees or changes another’s', async () => {
    const mine = await saved();
    expect(targets.list('other')).toEqual([]);
    expect(await targets.save('other', input({ id: mine.id }))).toMatchObject({
      error: { code: 'NOT_FOUND' },
    });
    expect(await targets.delete('other', mine.id)).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect(await targets.rotateSecret('other', mine.id)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('a kept header value stays, a new one needs a value', async () => {
    const target = await saved({ headers: [{ name: 'X-Key', value: 'abc' }] });
    expect(JSON.stringify(store.data)).not.toContain('abc');
    await targets.save('me', input({ id: target.id, url: null, headers: [{ name: 'x-key', value: null }] }));
    expect((await targets.resolve(target.id))?.headers).toEqual([['x-key', 'abc']]);
    expect(await targets.save('me', input({ headers: [{ name: 'X-New', value: null }] }))).toMatchObject({
      error: { field: 'headers' },
    });
  });

  it.each([
    [
      'an unknown time zone',
      { quietHours: { from: '22:00', to: '07:00', timeZone: 'Mars/Base' } },
      'quietHours',
    ],
    ['a certificate that is none', { caPem: 'hello' }, 'caPem'],
    ['a header Hark sets itself', { headers: [{ name: 'Host', value: 'x' }] }, 'headers'],
    [
      'a service that needs more than its URL',
      { url: 'https://api.telegram.org/bot1:a/sendMessage' },
      'options.chat_id',
    ],
  ] as [string, Partial<TargetInput>, string][])('refuses %s', async (_name, over, field) => {
    expect(await targets.save('me', input(over))).toMatchObject({ ok: false, error: { field } });
  });

  it('a rotated key signs beside the former one for a day, then alone', async () => {
    const target = await saved();
    const first = await targets.rotateSecret('me', target.id);
    const second = await targets.rotateSecret('me', target.id);
    if (!first.ok || !second.ok) throw new Error('rotation failed');
    expect(second.data.secret).not.toBe(first.data.secret);
    expect((await targets.resolve(target.id))?.signingSecrets).toEqual([
      second.data.secret,
      first.data.secret,
    ]);
    clock.advance(24 * 3_600_000 + 1);
    expect((await targets.resolve(target.id))?.signingSecrets).toEqual([second.data.secret]);
    expect(JSON.stringify(store.data)).not.toContain('whsec_');
    await targets.removeSecret('me', target.id);
    expect((await targets.resolve(target.id))?.signingSecrets).toEqual([]);
  });

  it('a paused target stays paused through edits until resumed or given a new address', async () => {
    const target = await saved();
    targets.pause(target.id, 'gone');
    await targets.save('me', input({ id: target.id, url: null, name: 'Renamed' }));
    expect(targets.list('me')[0]?.paused?.words).toBe('gone');
    await targets.save('me', input({ id: target.id, url: 'https://new.example/h' }));
    expect(targets.list('me')[0]?.paused).toBeNull();
  });

  it('secrets that can no longer be read give no target, and Save says what to do', async () => {
    const target = await saved();
    await vault.delete(`target/${target.id}`);
    expect(await targets.resolve(target.id)).toBeNull();
    expect(await targets.save('me', input({ id: target.id, url: null }))).toMatchObject({
      ok: false,
      error: { field: 'url' },
    });
  });
});
