import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['bzzz-source'] },
  ssr: { resolve: { conditions: ['bzzz-source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    // Two noisy cores: a slow machine must not turn a correct test red.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
