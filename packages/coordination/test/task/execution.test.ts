/** Which executor of a machine does a job, and what is offered of it. */
import type { Executor, ExecutorRequest, PromptJob } from '@bzzz/coordination';
import { ModelName } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { offered } from '../../src/peer/offered.ts';
import { executionOf } from '../../src/task/execution.ts';
import { calm, noSteps } from '../support/stand.ts';

const model = ModelName.parse('coder:7b');
const job: PromptJob = {
  kind: 'prompt',
  executors: ['claude', 'ollama', 'codex'],
  models: [model],
  parts: [],
  commands: {},
  turnsMax: 1,
  tokensMax: 1_000,
};

function executor(more: Partial<Executor<PromptJob>> = {}) {
  const seen: ExecutorRequest<PromptJob>[] = [];
  const run: Executor<PromptJob>['run'] = async (request) => {
    seen.push(request);
    return { succeeded: true, reason: '', commands: [] };
  };
  return { ...more, run, seen };
}

describe('a job in plain words', () => {
  it('is done by the first executor of its list that can do something now', async () => {
    const [away, codex] = [executor({ ready: () => false }), executor()];
    const chosen = (models: readonly ModelName[]) =>
      executionOf(
        { ollama: executor({ models: () => models }), cli: { claude: away, codex } },
        { job },
      );
    expect(chosen([model])?.executor).toBe('ollama');
    expect(chosen([ModelName.parse('other:1b')])?.executor).toBe('codex');
    const where = { path: '/w', limits: {} as never };
    await chosen([])?.run(where, { signal: calm }, noSteps);
    expect(codex.seen).toMatchObject([{ job, path: '/w' }]);
    expect(away.seen).toEqual([]);
  });

  it('is done by nobody where nothing of its list is', () => {
    expect(executionOf({ cli: { gemini: executor() } }, { job })).toBeUndefined();
    expect(executionOf({}, { job: { kind: 'recipe', commands: [] } })).toBeUndefined();
  });
});

it('offers what could do something now', () => {
  const ollama = executor({ models: () => [model] });
  const cli = { claude: executor({ ready: () => false }), gemini: executor({ ready: () => true }) };
  expect(offered({ ollama, cli })).toEqual({ executors: ['ollama', 'gemini'], models: [model] });
  expect(offered({})).toEqual({ executors: [], models: [] });
});
