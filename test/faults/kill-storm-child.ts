/**
 * The engine under load, until it is killed. Arguments: database file, receiver's URL, first notice number.
 * Says each notice's number and id once enqueue has returned, since from then on it is promised.
 */
import { systemClock } from '../../src/main/clock.ts';
import { openDatabase } from '../../src/main/db/open.ts';
import { createNodeTransport } from '../../src/main/http/node-transport.ts';
import { memoryLog } from '../../src/main/log/memory-log.ts';
import { createDeliveryEngine, deliveryMigrations } from '../../src/main/webhooks/engine.ts';
import { chatNotice, targetAt } from '../support/targets.ts';

const [, , file = '', url = '', first = '0', mode = 'load'] = process.argv;
const log = memoryLog();
const opened = openDatabase(file, deliveryMigrations, { clock: systemClock, log });
if (!opened.ok) throw new Error(opened.error.message);
if (opened.data.putAside !== null) process.send?.({ putAside: opened.data.putAside });

const TARGETS = 5;
const engine = createDeliveryEngine({
  db: opened.data.db,
  clock: systemClock,
  transport: createNodeTransport({ env: {} }),
  log,
  fold: null,
  hooks: {
    resolveTarget: async (id) => targetAt(`${url}/${id}`, { id }),
    onTargetGone: () => undefined,
    onChange: () => undefined,
  },
});
engine.start();

const told = (numbers: number[]): void => {
  const written = engine.enqueue(
    numbers.map((number) => ({
      key: `n${number}`,
      scope: 'user',
      owner: 'me',
      targetId: `t${number % TARGETS}`,
      notice: chatNotice(`n${number}`),
      expiresAt: Date.now() + 86_400_000,
    })),
  );
  if (!written.ok) throw new Error(written.error.message);
  written.data.ids.forEach((id, index) => process.send?.({ number: numbers[index], id }));
};

if (mode === 'load') {
  let next = Number(first);
  const more = (): void => {
    const count = 1 + Math.floor(Math.random() * 4);
    told(Array.from({ length: count }, () => next++));
    setTimeout(more, Math.random() * 3);
  };
  more();
} else {
  // Send what is left, then say so.
  const look = (): void => {
    const { items } = engine.list({ scope: 'user', owner: 'me', states: ['queued', 'sending'], limit: 1 });
    if (items.length === 0) void engine.stop(0).then(() => process.send?.({ done: true }));
    else setTimeout(look, 20);
  };
  look();
}
