import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { browserPath } from '../e2e/support/chromium.ts';
import { createHostProcess } from '../e2e/support/host.ts';

/*
 * Start to usable window in the browser host, warm: the process starts, prints its address, and a page that
 * is already open loads it until the sign-in form takes input. The browser's own start is not counted.
 * Beside it, the peer: the same page load once everything runs.
 */

const RUNS = 10;
const folder = mkdtempSync(join(tmpdir(), 'hark-bench-'));
const root = process.getuid?.() === 0;
const browser = await chromium.launch({ executablePath: browserPath(), args: root ? ['--no-sandbox'] : [] });
const line = (name: string, values: number[]): void => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0).toFixed(0);
  console.log(
    `${name.padEnd(36)} median ${at(0.5)} ms   min ${at(0)}   max ${at(1)}   (${values.length} runs)`,
  );
};

const listening: number[] = [];
const usable: number[] = [];
const reload: number[] = [];
for (let run = 0; run <= RUNS; run += 1) {
  // One profile for all runs: the first makes it and is not counted.
  const host = createHostProcess(join(folder, 'profile'), {});
  const context = await browser.newContext();
  const page = await context.newPage();
  const start = performance.now();
  await host.start();
  const printed = performance.now();
  await page.goto(await host.openUrl());
  const form = page.getByRole('textbox', { name: 'Email' });
  await form.waitFor();
  const ready = performance.now();
  await page.reload();
  await form.waitFor();
  if (run > 0) {
    listening.push(printed - start);
    usable.push(ready - start);
    reload.push(performance.now() - ready);
  }
  await context.close();
  await host.stop();
}
await browser.close();
rmSync(folder, { recursive: true, force: true });
line('process start → address printed', listening);
line('process start → window usable', usable);
line('peer: reload of a running Hark', reload);
