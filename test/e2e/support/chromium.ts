import { existsSync } from 'node:fs';
import { chromium, type BrowserContext, type Page } from '@playwright/test';

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** The browser specs run in: HARK_CHROMIUM, else one of the system's, else Playwright's own (undefined). */
export const browserPath = (): string | undefined =>
  process.env['HARK_CHROMIUM'] ?? SYSTEM_BROWSERS.find((path) => existsSync(path));

const ARGUMENTS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
  '--no-first-run',
  '--disable-features=Translate,MediaRouter',
];

/** A headed browser of its own on a display, whose pages know their real focus. */
export async function openBrowser(
  folder: string,
  environment: Record<string, string>,
): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(folder, {
    headless: false,
    executablePath: browserPath(),
    // Chromium refuses its sandbox to root alone.
    args: [...ARGUMENTS, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    viewport: null,
    env: { ...process.env, ...environment },
  });
  context.setDefaultTimeout(15_000);
  for (const page of context.pages()) await realFocus(page);
  context.on('page', (page) => {
    realFocus(page).catch((error: unknown) => {
      // A page that closes at once needs no focus.
      if (!page.isClosed()) throw error;
    });
  });
  return context;
}

/** Playwright tells every page that it has focus; a spec about focus needs the truth. */
export async function realFocus(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const off = async (): Promise<void> => {
    await session.send('Emulation.setFocusEmulationEnabled', { enabled: false });
  };
  await off();
  // A navigation to another origin starts another renderer, which Playwright tells again.
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame())
      off().catch((error: unknown) => {
        if (!page.isClosed()) throw error;
      });
  });
}
