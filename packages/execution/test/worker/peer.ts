/**
 * A process with a worker whose command never ends, to be killed: `peer.ts <slot> <seconds of the sleep>`, and
 * perhaps the program of another worker, which is told to spin.
 */
import { join } from 'node:path';
import { createOllama, createRunner } from '@bzzz/execution';
import { ModelName, Policy } from '@bzzz/protocol';
import { startScriptedOllama } from '@bzzz/testkit/scripted/ollama';
import { inWorkers } from '../support/workers.ts';

const [slot = '', seconds = '', entry] = process.argv.slice(2);
const model = ModelName.parse('coder:7b');
const calls = [{ name: 'run', arguments: { name: 'wait' } }];
const server = await startScriptedOllama(() => ({ kind: 'answer', calls }), [{ name: model }]);
const deps = inWorkers(entry === undefined ? {} : { entry })(createRunner({ sandbox: 'required' }));
const { executor, refresh } = createOllama(deps, { url: server.url });
await refresh();
await executor.run({
  job: {
    kind: 'prompt',
    executors: ['ollama'],
    models: [model],
    parts: [{ source: 'bzzz', text: 'spins' }],
    commands: { wait: ['sh', '-c', `sleep ${seconds} & wait`] },
    turnsMax: 5,
    tokensMax: 100_000,
  },
  path: join(slot, 'tree'),
  limits: Policy.parse({ version: 1 }).limits,
});
