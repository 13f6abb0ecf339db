import { defineConfig } from '@playwright/test';

/** The double's own specs, alone: `npx playwright test -c test/electron-double/playwright.config.ts`. */
export default defineConfig({
  testDir: 'specs',
  outputDir: '../../test-results/double',
  timeout: 30_000,
  expect: { timeout: 5_000 },
  workers: 2,
  fullyParallel: true,
  reporter: 'line',
});
