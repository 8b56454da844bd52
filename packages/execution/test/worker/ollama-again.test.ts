/** What holds for a model in this process holds in a worker: the same suites once more. */
import { workInWorkers } from '../support/workers.ts';

workInWorkers();
await import('../egress/work.test.ts');
await import('../ollama/access.test.ts');
await import('../ollama/confinement.test.ts');
await import('../ollama/failures.test.ts');
await import('../ollama/fix.test.ts');
await import('../ollama/help.test.ts');
await import('../ollama/talk.test.ts');
await import('../ollama/tools.test.ts');
