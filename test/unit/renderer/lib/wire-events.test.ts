import { expect, test } from 'vitest';
import { createQueryClient } from '../../../../src/renderer/lib/client.tsx';
import { mergeRun, wireEvents } from '../../../../src/renderer/lib/wire-events.ts';
import type { RunState } from '../../../../src/shared/domain.ts';
import { ADA, SERVER, createFakeBridge } from '../../../support/fake-bridge.ts';

const run = (part: Partial<RunState>): RunState => ({
  chatId: 'c1',
  messageId: 'm1',
  title: 'Chat',
  status: 'running',
  startedAt: 0,
  endedAt: null,
  error: null,
  ...part,
});

test('a run takes the place of the former run of its chat', () => {
  const runs = mergeRun([run({}), run({ chatId: 'c2', messageId: 'm2' })], run({ messageId: 'm3' }));
  expect(runs.map((each) => [each.chatId, each.messageId])).toEqual([
    ['c2', 'm2'],
    ['c1', 'm3'],
  ]);
});

test('another account sees nothing of the former one, not even from the cache', () => {
  const fake = createFakeBridge();
  const client = createQueryClient();
  const off = wireEvents(fake.bridge, client);
  client.setQueryData(['account.get_state', {}], fake.data.account);
  client.setQueryData(['chat.get', { id: 'c1' }], { title: 'Secret' });
  client.setQueryData(['settings.get', {}], fake.data.settings);

  fake.emit('account.changed', { status: 'signed_in', server: SERVER, user: { ...ADA, name: 'Ada King' } });
  expect(client.getQueryData(['chat.get', { id: 'c1' }])).toBeDefined();

  fake.emit('account.changed', { status: 'signed_out', server: SERVER });
  expect(client.getQueryData(['chat.get', { id: 'c1' }])).toBeUndefined();
  expect(client.getQueryData(['settings.get', {}])).toBeDefined();
  expect(client.getQueryData(['account.get_state', {}])).toMatchObject({ status: 'signed_out' });
  off();
});

test('an ended run makes its chat stale, a running one does not', () => {
  const fake = createFakeBridge();
  const client = createQueryClient();
  const off = wireEvents(fake.bridge, client);
  client.setQueryData(['chat.get', { id: 'c1' }], {});
  const stale = (): boolean | undefined => client.getQueryState(['chat.get', { id: 'c1' }])?.isInvalidated;
  fake.emit('run.changed', run({}));
  expect(stale()).toBe(false);
  fake.emit('run.changed', run({ status: 'done', endedAt: 1 }));
  expect(stale()).toBe(true);
  off();
  fake.emit('run.changed', run({ chatId: 'c9' }));
  expect(client.getQueryData<RunState[]>(['chat.list_runs', {}])).toHaveLength(1);
});
