/** Who works on plain words, in which steps, and with what. */
import { describe, expect, it } from 'vitest';
import { BzzzError, ModelName, parsePolicy, profileOf } from '../src/index.ts';

const plain = { models: ['coder:7b'], accept: ['check'], commands: { test: ['check'] } };
const policyWith = (steps: unknown, roles: object = {}, more: object = {}) =>
  parsePolicy(JSON.stringify({ version: 1, plain: { ...plain, ...more, steps }, roles }));

describe('the steps of a policy', () => {
  it('are the coder alone unless it says otherwise', () => {
    const policy = parsePolicy(JSON.stringify({ version: 1, plain }));
    expect([policy.plain?.steps, policy.roles]).toEqual([['coder'], {}]);
  });

  it('give each role what is its own, and of the rest what plain work has', () => {
    const policy = policyWith(['architect', 'coder', 'critic'], {
      architect: { models: ['thinker:70b'], commands: {}, turnsMax: 5 },
      critic: { executors: ['claude'], instructions: 'Be strict.', network: ['a.example.org'] },
    });
    if (policy.plain === undefined) return expect.fail('there is none');
    const shared = {
      executors: ['ollama'],
      models: ['coder:7b'],
      instructions: null,
      commands: { test: ['check'] },
      turnsMax: 50,
      tokensMax: 1_000_000,
      network: [],
    };
    const of = profileOf.bind(null, policy.plain, policy.roles);
    expect(of('coder')).toMatchObject(shared);
    const models = [ModelName.parse('thinker:70b')];
    expect(of('architect')).toMatchObject({ ...shared, models, commands: {}, turnsMax: 5 });
    const named = { executors: ['claude'], models: [], network: ['a.example.org'] };
    expect(of('critic')).toMatchObject({ ...shared, ...named, instructions: 'Be strict.' });
  });

  it('may run commands by a model, and nothing else, where a role is to do that alone', () => {
    const roles = { executor: { commands: { gen: ['make', 'gen'] } } };
    expect(policyWith(['coder', 'executor', 'deployer'], roles).plain?.steps).toHaveLength(3);
  });

  const both = { executors: ['ollama', 'claude'] };
  it.each<[string, unknown, object, object?]>([
    ['no step', [], {}],
    ['nobody who changes files', ['architect', 'critic'], {}],
    ['a role twice', ['coder', 'coder'], {}],
    ['an architect who comes too late', ['coder', 'architect'], {}],
    ['a critic who comes too early', ['critic', 'coder'], {}],
    ['a role that there is not', ['coder', 'manager'], {}],
    ['a profile of a role that there is not', ['coder'], { manager: {} }],
    ['a profile of a role that no step asks for', ['coder'], { critic: {} }],
    ['a misspelt field', ['coder'], { coder: { comands: {} } }],
    ['models for who takes none', ['coder'], { coder: { executors: ['claude'], models: ['m'] } }],
    ['no model for who needs one', ['coder'], { coder: { models: [] } }],
    ['a coding tool that is to run commands alone', ['coder', 'executor'], { executor: both }],
    [
      'a role that runs commands without any',
      ['coder', 'deployer'],
      { deployer: { commands: {} } },
    ],
    ['that role by default', ['coder', 'executor'], {}, { commands: {} }],
    ['an address as a host', ['coder'], { coder: { network: ['192.0.2.1'] } }],
  ])('are refused with %s', (_what, steps, roles, more) => {
    expect(() => policyWith(steps, roles, more)).toThrow(BzzzError);
  });

  it('are refused without plain work', () => {
    const roles = { critic: {} };
    expect(() => parsePolicy(JSON.stringify({ version: 1, roles }))).toThrow(/roles\.critic/);
  });
});
