import { mkdirSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  build,
  checkNode,
  ensureBrowser,
  ensureDependencies,
  ensureDisplayTools,
  environment,
  findElectron,
  nodePath,
  root,
  run,
  say,
} from './lib/setup.mjs';

/*
 * `npm test`: installs what is missing, a browser included, and runs everything. `--unit` or `--e2e` run one part.
 * The last line is the sum of both: "N passed, N failed, N skipped".
 */

checkNode();
await ensureDependencies();
const only = process.argv.slice(2).find((arg) => arg === '--unit' || arg === '--e2e');
const results = join(root, 'test-results');
mkdirSync(results, { recursive: true });
const sum = { passed: 0, failed: 0, skipped: 0 };

/** Reads a runner's JSON; a runner that left none has failed as a whole. */
function read(file) {
  const path = join(results, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

async function unit() {
  rmSync(join(results, 'unit.json'), { force: true });
  const code = await run(nodePath(), [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    '--outputFile.json=test-results/unit.json',
  ]);
  const report = read('unit.json');
  sum.passed += report?.numPassedTests ?? 0;
  sum.skipped += (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  sum.failed += report?.numFailedTests ?? 0;
  // A file that does not load has no failed test of its own.
  if (code !== 0 && !report?.numFailedTests) sum.failed += 1;
}

async function e2e() {
  await build();
  const HARK_CHROMIUM = await ensureBrowser();
  if (!(await ensureDisplayTools())) {
    say('\nThe window specs were NOT RUN: they need Xvfb, openbox and xdotool, which are for Linux.\n');
    return;
  }
  rmSync(join(results, 'e2e.json'), { force: true });
  const code = await run(nodePath(), ['node_modules/@playwright/test/cli.js', 'test'], {
    env: environment({ HARK_CHROMIUM }),
  });
  const stats = read('e2e.json')?.stats;
  sum.passed += (stats?.expected ?? 0) + (stats?.flaky ?? 0);
  sum.failed += stats?.unexpected ?? 0;
  sum.skipped += stats?.skipped ?? 0;
  if (code !== 0 && !stats?.unexpected) sum.failed += 1;
  sayNotRun();
}

/** Specs that the electron project would have run are said aloud, never counted as passed. */
function sayNotRun() {
  const count = (suites) =>
    (suites ?? []).reduce(
      (n, s) =>
        n +
        count(s.suites) +
        (s.specs?.filter((spec) => spec.tests.some((t) => t.projectName === 'browser')).length ?? 0),
      0,
    );
  const n = count(read('e2e.json')?.suites);
  const why = findElectron()
    ? 'a runtime is there, but these specs have no way to drive it yet.'
    : 'no Electron runtime was found (node_modules/electron/dist or ELECTRON_OVERRIDE_DIST_PATH).';
  const line = '!'.repeat(78);
  say(`\n${line}\nelectron: ${n} specs NOT RUN: ${why}\n${line}\n`);
}

if (only !== '--e2e') await unit();
if (only !== '--unit') await e2e();
say(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
