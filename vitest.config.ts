import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Real servers and workers run beside the tests, so a file gets a process of its own and few run at once.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.caseloom/**', 'web/dist/**'],
  },
});
