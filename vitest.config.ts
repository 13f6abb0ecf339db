import { defineConfig } from 'vitest/config';

/** Two projects: everything that runs in Node, and the windows in jsdom. */
export default defineConfig({
  test: {
    // Real servers and child processes share few cores: slow is not wrong.
    testTimeout: 20_000,
    hookTimeout: 20_000,
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
        test: {
          name: 'renderer',
          environment: 'jsdom',
          include: ['test/unit/renderer/**/*.test.{ts,tsx}'],
        },
      },
    ],
  },
});
