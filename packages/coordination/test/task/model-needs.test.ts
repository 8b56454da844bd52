/** An issue that says which model it needs: it narrows what the policy allows, and adds nothing to it. */
import { type Issue, ModelFacts, ModelName, parsePolicy } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { obstacleOf } from '../../src/contest/rank.ts';
import type { Executor, ExecutorRequest, PromptJob } from '../../src/index.ts';
import { offered } from '../../src/peer/offered.ts';
import { executionOf } from '../../src/task/execution.ts';
import { planOf } from '../../src/task/plan.ts';
import { peerOf } from '../support/identity.ts';
import { issueOf, repo } from '../support/memory-forge.ts';
import { calm, capabilitiesOf, noSteps, task } from '../support/stand.ts';

const policy = parsePolicy(`version: 1
plain:
  executors: [claude, ollama]
  models: ["big:32b", "coder:14b", "coder:7b"]
  accept: [check]
  steps: [architect, coder]
roles:
  architect: {models: ["big:32b"]}
recipes: {format: {run: [fmt], accept: [check]}}
`);
const planFor = (body: string, change: Partial<Issue> = {}) =>
  planOf(issueOf({ body, ...change }), policy, repo);
const facts = (text: string, parameters: number | null, contextTokens: number | null) =>
  ModelFacts.parse({ name: text, parameters, contextTokens });

describe('an issue that needs a model', () => {
  it('is done by those of the policy alone that it names, in its order, and by no coding tool', () => {
    const { needs, job, team } = planFor('Mend it.\n\nneeds: model=coder');
    expect(needs).toMatchObject({ executors: ['ollama'], models: ['coder:14b', 'coder:7b'] });
    expect(job).toMatchObject({ executors: ['ollama'], models: ['coder:14b', 'coder:7b'] });
    // What others do in their steps it does not say.
    expect(team?.steps[0]?.job.executors).toEqual(['claude', 'ollama']);
    expect(needs.also).toMatchObject([{ models: ['big:32b'] }]);
  });

  it('is refused with the reason where the policy allows none such', () => {
    const refused = (reason: unknown) => expect.objectContaining({ code: 'task_refused', reason });
    expect(() => planFor('needs: model=huge')).toThrow(
      refused(
        'the issue needs a model called huge, and the policy allows big:32b, coder:14b, coder:7b, claude',
      ),
    );
    expect(() => planFor('needs: size>=huge')).toThrow(
      refused(expect.stringContaining('cannot be read')),
    );
    expect(() => planFor('recipe: format\nneeds: model=coder')).toThrow(
      refused('a recipe asks no model, so none can be needed'),
    );
  });

  it('asks nothing where it says nothing, as before', () => {
    const { needs, job } = planFor('Mend it.');
    expect(needs).not.toHaveProperty('least');
    expect(job).not.toHaveProperty('least');
    expect(needs.executors).toEqual(['claude', 'ollama']);
  });

  it('is taken by peers alone whose model is as large, and others say why not', () => {
    const { needs } = planFor('needs: size>=14b, context>=32k');
    expect(needs).toMatchObject({ least: { parameters: 14e9, contextTokens: 32_000 } });
    const able = (models: string[], ...modelFacts: ModelFacts[]) =>
      capabilitiesOf(peerOf(1), { executors: ['ollama'], models, modelFacts });
    const large = facts('coder:14b', 14.8e9, 32_768);
    const architect = facts('big:32b', 32e9, 8_192);
    expect(obstacleOf(able(['coder:14b', 'big:32b'], large, architect), task, needs)).toBe(
      undefined,
    );
    const lack = {
      kind: 'model',
      name: 'big:32b or coder:14b or coder:7b with at least 14b, a context of at least 32000 tokens',
    };
    const narrow = facts('coder:14b', 14.8e9, 8_192);
    expect(obstacleOf(able(['coder:14b', 'big:32b'], narrow, architect), task, needs)).toEqual(
      lack,
    );
    // One of an earlier release, which tells no more than names.
    expect(obstacleOf(able(['coder:14b', 'big:32b']), task, needs)).toEqual(lack);
  });
});

describe('a job that needs a model', () => {
  const job: PromptJob = {
    kind: 'prompt',
    executors: ['ollama'],
    models: ['big:32b', 'coder:14b', 'coder:7b'].map((text) => ModelName.parse(text)),
    least: { parameters: 14e9 },
    parts: [],
    commands: {},
    turnsMax: 1,
    tokensMax: 1_000,
  };
  function ollamaOf(...all: ModelFacts[]) {
    const seen: ExecutorRequest<PromptJob>[] = [];
    const ollama: Executor<PromptJob> = {
      models: () => all.map(({ name }) => name),
      facts: () => all,
      async run(request) {
        seen.push(request);
        return { succeeded: true, reason: '', commands: [] };
      },
    };
    return { ollama, seen };
  }

  it('falls back on models that have it, and on no other', async () => {
    const { ollama, seen } = ollamaOf(
      facts('coder:14b', 14.8e9, null),
      facts('coder:7b', 7e9, null),
    );
    const execution = executionOf({ ollama }, { job });
    await execution?.run({ path: '/w', limits: {} as never }, { signal: calm }, noSteps);
    // `big:32b` is not there by now, and its name tells that it would do.
    expect(seen.map((request) => request.job)).toEqual([
      { ...job, least: undefined, models: ['big:32b', 'coder:14b'] },
    ]);
  });

  it('is done by nobody where only smaller ones are', () => {
    const { ollama } = ollamaOf(facts('coder:7b', 7.6e9, 32_768));
    expect(executionOf({ ollama }, { job })).toBeUndefined();
  });

  it('is offered with what is known of the models', () => {
    const { ollama } = ollamaOf(facts('coder:7b', 7.6e9, 32_768));
    expect(offered({ ollama })).toEqual({
      executors: ['ollama'],
      models: ['coder:7b'],
      modelFacts: [{ name: 'coder:7b', parameters: 7.6e9, contextTokens: 32_768 }],
    });
  });
});
