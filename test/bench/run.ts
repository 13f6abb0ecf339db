import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/*
 * Runs every *.bench.ts of this folder, one after the other, each in a process of its own.
 * `npm run bench -- NAME` runs those whose name holds NAME.
 */
const wanted = process.argv[2] ?? '';
let failed = 0;
for (const file of readdirSync(import.meta.dirname).sort()) {
  if (!file.endsWith('.bench.ts') || !file.includes(wanted)) continue;
  console.log(`\n# ${file.replace('.bench.ts', '')}\n`);
  const done = spawnSync(process.execPath, ['--expose-gc', join(import.meta.dirname, file)], {
    stdio: 'inherit',
  });
  if (done.status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
