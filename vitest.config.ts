import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Real servers and workers run beside the tests, so few run at once. Each process loads the code once for all of its
    // files, which was a quarter of the whole time: a test must leave nothing behind in its process.
    pool: 'forks',
    maxWorkers: 2,
    isolate: false,
    restoreMocks: true,
    setupFiles: ['test/support/leaves-nothing.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.caseloom/**', 'web/dist/**'],
  },
});
