import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test as base, chromium, expect, type Browser, type Page } from '@playwright/test';
import { launchDouble, type DoubleRun, type LaunchOptions } from '../launch.ts';
import { startDesktop, type Desktop } from '../support/desktop.ts';

export { expect };

const APP = path.resolve(import.meta.dirname, '../app');
export const PRELOAD = path.join(APP, 'preload.cjs');
export const PAGE = 'demo-app://app/index.html';

interface Fixtures {
  /** Starts the small app; ended after the test. */
  launch: (options?: Partial<LaunchOptions>) => Promise<DoubleRun>;
  run: DoubleRun;
  /** The page of a window, with its real focus. */
  pageOf: (run: DoubleRun, id?: number) => Promise<Page>;
}

export const test = base.extend<Fixtures, { desktop: Desktop }>({
  desktop: [
    // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern, even for no fixtures.
    async ({}, use) => {
      const desktop = await startDesktop();
      await use(desktop);
      desktop.stop();
    },
    { scope: 'worker' },
  ],
  launch: async ({ desktop }, use, info) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'hark-double-'));
    const runs: DoubleRun[] = [];
    await use(async (options = {}) => {
      const run = launchDouble({
        desktop,
        userData: path.join(folder, 'profile'),
        entry: path.join(APP, 'main.ts'),
        ...options,
      });
      runs.push(run);
      return run;
    });
    for (const run of runs) {
      if (info.status !== info.expectedStatus) await info.attach('output', { body: run.output() });
      await run.kill();
    }
    rmSync(folder, { recursive: true, force: true });
  },
  run: async ({ launch }, use) => {
    const run = await launch();
    await run.control.endpoint();
    await use(run);
  },
  // eslint-disable-next-line no-empty-pattern -- as above
  pageOf: async ({}, use) => {
    const browsers: Browser[] = [];
    await use(async (run, id = 1) => {
      await expect.poll(async () => (await windowOf(run, id))?.url).toMatch(/^demo-app:/);
      const { targetId } = (await windowOf(run, id))!;
      const browser = await chromium.connectOverCDP(await run.control.endpoint());
      browsers.push(browser);
      for (const page of browser.contexts()[0]!.pages()) {
        const session = await page.context().newCDPSession(page);
        const { targetInfo } = await session.send('Target.getTargetInfo');
        if (targetInfo.targetId !== targetId) continue;
        // Playwright has told the page that it has focus.
        await session.send('Emulation.setFocusEmulationEnabled', { enabled: false });
        return page;
      }
      throw new Error('The page of the window was not found.');
    });
    for (const browser of browsers) await browser.close();
  },
});

export const windowOf = async (run: DoubleRun, id = 1) =>
  (await run.control.windows()).find((window) => window.id === id);

/** Opens window 1 on the small app's page; `seen` then notes its events. */
export async function openWindow(run: DoubleRun, options: object = {}, page = PAGE): Promise<void> {
  await run.evaluate(
    ({ BrowserWindow }, given) => {
      const { seen } = globalThis as unknown as { seen: string[] };
      const window = new BrowserWindow({
        width: 700,
        height: 500,
        ...given.options,
        webPreferences: { preload: given.preload },
      });
      const events = [
        'show',
        'hide',
        'focus',
        'blur',
        'minimize',
        'restore',
        'maximize',
        'unmaximize',
        'close',
        'closed',
      ];
      for (const name of [...events, 'ready-to-show']) window.on(name as 'show', () => seen.push(name));
      window.webContents.setWindowOpenHandler(({ url }) => {
        seen.push(`open ${url}`);
        return { action: 'deny' };
      });
      return window.loadURL(given.page);
    },
    { options, preload: PRELOAD, page },
  );
}

export const seenBy = (run: DoubleRun): Promise<string[]> =>
  run.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);

/** Forgets what was noted so far. */
export const forget = (run: DoubleRun): Promise<void> =>
  run.evaluate(() => {
    (globalThis as unknown as { seen: string[] }).seen.length = 0;
  });
