/** Writes a rising counter into a vault and says each number once it is kept, until it is killed. */
import { systemClock } from '../../../src/main/clock.ts';
import { memoryLog } from '../../../src/main/log/memory-log.ts';
import { createFileVault } from '../../../src/main/vault/file-vault.ts';

const vault = createFileVault({ folder: process.argv[2] ?? '', clock: systemClock, log: memoryLog() });
for (let counter = Number((await vault.get('counter')) ?? 0); ; counter += 1) {
  const written = await vault.set('counter', String(counter));
  if (!written.ok) process.exit(1);
  process.send?.(counter);
}
