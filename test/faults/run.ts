import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

/*
 * The heavy suites: faulty receivers, the kill storm (HARK_KILLS, 300 here) and 10,000 hostile texts through every
 * receiver's builder (HARK_HOSTILE_RUNS).
 */
const root = resolve(import.meta.dirname, '../..');
const vitest = (...args: string[]): boolean =>
  spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      HARK_KILLS: process.env['HARK_KILLS'] ?? '300',
      HARK_HOSTILE_RUNS: process.env['HARK_HOSTILE_RUNS'] ?? '10000',
    },
  }).status === 0;

const faults = vitest('-c', 'vitest.faults.config.ts');
const hostile = vitest('--project', 'main', '--testTimeout', '600000', 'test/unit/webhooks/hostile.test.ts');
process.exitCode = faults && hostile ? 0 : 1;
