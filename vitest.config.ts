import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/lib/longest-first.ts';

const all = ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'];
/** No I/O, no clock, no globals: their files share one process without meeting each other. */
const pure = ['packages/{protocol,coordination}/test/**/*.test.ts'];

export default defineConfig({
  resolve: { conditions: ['bzzz-source'] },
  ssr: { resolve: { conditions: ['bzzz-source'] } },
  test: {
    // Two noisy cores: a slow machine must not turn a correct test red.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Many tests wait for processes, sockets and timers: two of them leave half of two cores idle.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      { extends: true, test: { name: 'real', include: all, exclude: pure } },
    ],
  },
});
