/** What holds for a tool that is followed in this process holds in a worker: the same suites once more. */
import { workInWorkers } from '../support/workers.ts';

workInWorkers();
await import('../cli/fake.test.ts');
await import('../cli/help.test.ts');
