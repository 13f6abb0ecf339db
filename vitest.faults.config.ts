import { defineConfig } from 'vitest/config';

/** Receivers that misbehave and processes that are killed: slower than unit tests, and real throughout. */
export default defineConfig({
  test: {
    name: 'faults',
    environment: 'node',
    include: ['test/faults/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // Both suites measure time on few cores.
    fileParallelism: false,
  },
});
