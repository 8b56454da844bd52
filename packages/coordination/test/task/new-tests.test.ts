/** A test that a result adds must fail without the rest of it: what is run for that, and what comes of it. */
import { parsePolicy } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { type NewTests, refusalOf, toldOf, tryNewTests } from '../../src/task/new-tests.ts';
import type { Acceptance, AcceptanceJob } from '../../src/index.ts';
import { baseOid } from '../support/memory-forge.ts';
import { createMemoryWork, resultOid } from '../support/memory-work.ts';
import { calm, createStand } from '../support/stand.ts';

const test = 'test/new.test.js';
const other = 'test/other.test.js';
const helper = 'test/support/helper.js';

interface Given {
  /** What the result adds. */
  readonly adds?: readonly string[];
  readonly moved?: readonly string[];
  readonly policy?: string;
  readonly labels?: readonly string[];
  /** How commands end: on the result, on the base with its tests, on the base without them. */
  readonly exits?: (job: AcceptanceJob) => readonly (number | null)[];
}

async function triedWith({ adds = [test], moved = [], policy = '', labels = [], exits }: Given) {
  const stand = createStand();
  const work = createMemoryWork(stand.clock);
  Object.assign(work.script, { adds, moved, exits: exits ?? null });
  const base = { branch: 'main', oid: baseOid, mirror: 'in memory' };
  const { newTests, judge, limits } = parsePolicy(`version: 1\n${policy}`);
  const job = { base, result: resultOid, judge, commands: [['build'], ['test']], limits };
  const acceptance: Acceptance = {
    passed: true,
    commands: job.commands.map((argv) => ({ argv, exitCode: 0, elapsedMs: 2_000, outputTail: '' })),
    judgeFilesChanged: [],
  };
  const collected = await work.workspaces.inspect({ base, result: resultOid });
  const tried = { issue: { labels: [...labels] }, policy: { newTests, judge }, collected };
  const found = await tryNewTests(work, { ...tried, job, acceptance }, { signal: calm });
  return { found, ran: work.accepted, policy: { newTests } };
}

const fails = (job: AcceptanceJob) =>
  job.only?.includes(test) === true ? [0, 1] : job.commands.map(() => 0);

describe('a new test', () => {
  it('proves something where the base fails with it, and passes without it', async () => {
    const { found, ran } = await triedWith({ adds: [test, helper], exits: fails });
    expect(found).toEqual({
      kind: 'proven',
      files: [test],
      reason: 'without the change `test` fails with them, and passes without them',
    });
    // What only helps it stands there in both, so that it is the test that makes the difference.
    expect(ran).toMatchObject([
      { result: resultOid, only: [test, helper], commands: [['build'], ['test']] },
      { only: [helper], commands: [['build'], ['test']] },
    ]);
  });

  it('proves something of a new script, which is work and no help, though it judges', async () => {
    const { found, ran } = await triedWith({ adds: [test, 'scripts/fetch.mjs'], exits: fails });
    expect(found).toMatchObject({ kind: 'proven', files: [test] });
    expect(ran.map(({ only }) => only)).toEqual([[test], []]);
  });

  it('is refused where the base passes with it', async () => {
    const { found, ran, policy } = await triedWith({});
    expect(found).toMatchObject({ kind: 'refused', files: [test] });
    expect(ran).toHaveLength(1);
    if (found.kind === 'none') throw new Error('not tried');
    const text = refusalOf(found, policy);
    expect(text).toContain(`- ${test}`);
    expect(text).toContain('label the issue "bzzz:tests"');
    expect(toldOf(found)).toMatchObject({ newTests: { outcome: 'refused', files: 1 } });
  });

  it('tells nothing where the base fails by itself, as with the test that the issue is about', async () => {
    const { found, ran } = await triedWith({ exits: () => [1] });
    expect(found).toMatchObject({
      kind: 'untold',
      reason: 'the base branch fails `build` without them already, so it tells nothing of them',
    });
    // No further than with the tests.
    expect(ran.map(({ commands }) => commands)).toEqual([[['build'], ['test']], [['build']]]);
  });

  it.each([
    ['with it', [[null]]],
    ['without it', [[0, 1], [null]]],
  ])('tells nothing where a command was ended on the base %s', async (_, exits) => {
    const { found } = await triedWith({ exits: () => exits.shift() ?? expect.fail('one more') });
    expect(found).toMatchObject({ kind: 'untold', reason: expect.stringContaining('was ended') });
  });

  it('has three times as long there as the acceptance took, and half a minute', async () => {
    const { ran } = await triedWith({ exits: fails });
    expect(ran.map(({ limits }) => limits.attemptMs)).toEqual([42_000, 42_000]);
    const short = await triedWith({ exits: fails, policy: 'limits: {attemptMs: 5000}' });
    expect(short.ran.map(({ limits }) => limits.attemptMs)).toEqual([5_000, 5_000]);
  });
});

describe('new tests of a policy that runs each', () => {
  const policy = 'newTests: {run: [node, --test, "{file}"]}';

  it('prove something where each passes with the change and fails without it', async () => {
    const exits = ({ only, commands }: AcceptanceJob) =>
      commands.map(() => (only === undefined ? 0 : 1));
    const { found, ran } = await triedWith({ adds: [test, other, helper], policy, exits });
    expect(found).toMatchObject({ kind: 'proven', files: [test, other] });
    const commands = [
      ['node', '--test', test],
      ['node', '--test', other],
    ];
    expect(ran).toMatchObject([
      { commands },
      { commands, only: [test, other, helper], everyCommand: true },
    ]);
    expect(ran[0]?.only).toBeUndefined();
  });

  it('are refused by name where one passes without the change', async () => {
    const exits = ({ only }: AcceptanceJob) => (only === undefined ? [0, 0] : [1, 0]);
    const { found } = await triedWith({ adds: [test, other], policy, exits });
    expect(found).toMatchObject({ kind: 'refused', files: [other] });
  });

  it('are refused where one fails with the change: nobody ran it before', async () => {
    const { found, ran } = await triedWith({ adds: [test, other], policy, exits: () => [0, 1] });
    expect(found).toMatchObject({
      kind: 'refused',
      files: [other],
      reason: `\`node --test ${other}\` fails with the change, too`,
    });
    expect(ran).toHaveLength(1);
  });

  it('tell nothing where one was ended', async () => {
    const exits = ({ only }: AcceptanceJob) => (only === undefined ? [0, 0] : [1, null]);
    const { found } = await triedWith({ adds: [test, other], policy, exits });
    expect(found).toMatchObject({ kind: 'untold', reason: expect.stringContaining(other) });
  });

  it('are refused with a name that a program would take for an option', async () => {
    const { found, ran } = await triedWith({ adds: ['--eval=0.test.js'], policy });
    expect(found).toMatchObject({ kind: 'refused', files: ['--eval=0.test.js'] });
    expect(ran).toEqual([]);
  });
});

describe('nothing is tried', () => {
  it.each<[string, Given]>([
    ['of a result without new tests', { adds: [helper, 'src/new.js'] }],
    ['of a test that was moved', { moved: [test] }],
    ['where the policy says so', { policy: 'newTests: {onBase: any}' }],
    ['where the policy calls other files tests', { policy: 'newTests: {files: ["checks/**"]}' }],
    ['on an issue that asks for tests of what is there', { labels: ['bzzz', 'Bzzz:Tests'] }],
  ])('%s', async (_, given) => {
    const { found, ran } = await triedWith(given);
    expect(found).toEqual({ kind: 'none' } satisfies NewTests);
    expect(toldOf(found)).toEqual({});
    expect(ran).toEqual([]);
  });
});
