/** The order of test files on a fresh machine, where no earlier run tells how long each takes. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes minutes begins first, so that no worker waits for it alone in the end. */
const slow = [
  'packages/testkit/test/bugs.test.ts',
  'test/races/races.test.ts',
  'packages/testkit/test/sim.test.ts',
  'packages/execution/test/worker/ollama-again.test.ts',
  'packages/execution/test/contracts.test.ts',
  'test/hostile/hostile.test.ts',
  'test/cluster/cluster.test.ts',
  'test/e2e/demo.test.ts',
  'test/e2e/sample.test.ts',
  'test/bench/bench.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const at = slow.findIndex((path) => moduleId.endsWith(`/${path}`));
      return at < 0 ? slow.length : at;
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
