import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Real servers and processes on a busy machine need room; no test waits for this long when all is well.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // What a developer's own shell sets must not change a test.
    env: { WEBHOOK_URL: '', HARK_PROFILE: '', HARK_NO_DISCOVERY: '1' },
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          environment: 'node',
          include: ['test/unit/**/*.test.ts'],
          exclude: ['test/unit/renderer/**'],
        },
      },
      {
        extends: true,
        test: { name: 'renderer', environment: 'jsdom', include: ['test/unit/renderer/**/*.test.{ts,tsx}'] },
      },
    ],
  },
});
