/** The issues of a run, and what becomes of the work on each. */
import { type Association, Issue, ModelName } from '@bzzz/protocol';
import type { Faults } from './faults.ts';
import type { SeededRandom } from './random.ts';
import type { Sights } from './sights.ts';
import type { AddedTests } from './virtual-commits.ts';
import type { Fate } from './virtual-reports.ts';

export interface VirtualTask {
  readonly issue: Issue;
  /** A model does it, by the same program. */
  readonly isPlain: boolean;
  /** What a program does on the machine of this index. */
  fateOf(program: string | undefined, machine: number): Fate;
  /** The tests that its work adds there. */
  testsOf(machine: number): AddedTests;
  /** Whether its work leaves a secret in one of its commits there. */
  leaksOn(machine: number): boolean;
}

const attemptMs = 90_000;
/** Longer than a step takes that goes well. */
const stallMs = 30_000;
const verdictMs = 120_000;

/** The model that every machine has. */
export const virtualModel = ModelName.parse('virtual:1');

export interface PolicyDraw {
  /** How often unfinished work is pushed; null: it is not. */
  readonly checkpointMs: number | null;
  readonly verdicts: number;
  /** Peers that may work on one request for help. */
  readonly helpers: number;
  /** Whether a model does plain tasks in several roles. */
  readonly inRoles: boolean;
}

export function policyOf({ checkpointMs, verdicts, helpers, inRoles }: PolicyDraw): string {
  const steps = inRoles ? ', steps: [architect, coder, critic]' : '';
  return [
    ...(checkpointMs === null ? [] : [`checkpointMs: ${checkpointMs}`]),
    'version: 1',
    'recipes: {chore: {run: [chore], accept: [check]}}',
    `plain: {models: ["${virtualModel}"], accept: [check]${steps}}`,
    `verdicts: ${verdicts}`,
    `help: {peersMax: ${helpers}, waitMs: 60000}`,
    `limits: {attemptMs: ${attemptMs}, stallMs: ${stallMs}, verdictMs: ${verdictMs}}`,
  ].join('\n');
}

interface TaskDeps {
  readonly random: SeededRandom;
  readonly sights: Sights;
}

export function drawTasks(deps: TaskDeps, count: number, faults: Faults): VirtualTask[] {
  return Array.from({ length: count }, (_, index) => drawTask(deps, index + 1, faults));
}

function drawTask(
  { random, sights }: TaskDeps,
  number: number,
  { flawedWork }: Faults,
): VirtualTask {
  const association = random.chance(0.1) ? 'NONE' : 'OWNER';
  // One in ten cannot be done by anybody; more fail, hang, flood, trespass or are not accepted, here or there.
  const hopeless = random.chance(0.1);
  const flaw = random.chance(flawedWork)
    ? random.pick(['fails', 'endless', 'floods', 'trespasses', 'unaccepted'] as const)
    : undefined;
  const where = random.chance(0.3) ? 'everywhere' : random.between(0, 5);
  const flawedOn = (machine: number) => where === 'everywhere' || where === machine;
  // Draws of their own, so that the rest of a seed stays what it was.
  const draw = random.fork(`stuck ${number}`);
  const stuck =
    flawedWork > 0 && draw.chance(0.35)
      ? draw.pick(['everywhere', 'elsewhere', 'here'] as const)
      : null;
  const only = draw.between(0, 2);
  // Its program is not installed there: the peer asks for it by itself.
  const isMissing = random.fork(`missing ${number}`).chance(0.4);
  const isSilent = random.fork(`silent ${number}`).chance(0.5);
  const stuckOn = (machine: number) =>
    stuck === 'everywhere' || (stuck === 'here' ? machine === only : machine !== only);
  const isPlain = random.fork(`plain ${number}`).chance(0.4);
  const testing = random.fork(`tests ${number}`);
  const addsTests = flawedWork > 0 && testing.chance(0.2);
  const idleOn = testing.between(-2, 5);
  const leaking = random.fork(`secret ${number}`);
  const leaks = flawedWork > 0 && leaking.chance(0.06);
  const leakyOn = leaking.between(-2, 3);
  return {
    isPlain,
    issue: virtualIssue(number, association, isPlain ? 'the chore is to be done' : 'recipe: chore'),
    fateOf(program, machine) {
      if (program === 'chore' && hopeless) return 'fails';
      if (program === 'chore' && stuck !== null && stuckOn(machine)) {
        return isMissing ? 'missing' : 'stuck';
      }
      if (flaw === undefined || !flawedOn(machine)) return 'succeeds';
      if (program !== (flaw === 'unaccepted' ? 'check' : 'chore')) return 'succeeds';
      sights.count('flawedWork');
      if (flaw === 'unaccepted') return 'fails';
      return flaw === 'endless' && isSilent ? 'silent' : flaw;
    },
    testsOf(machine) {
      if (!addsTests) return 'none';
      // Below 0: on no machine, or on every one.
      return idleOn === machine || idleOn === -1 ? 'idle' : 'prove';
    },
    // Below 0: on every one.
    leaksOn: (machine) => leaks && (leakyOn < 0 || leakyOn === machine),
  };
}

function virtualIssue(number: number, association: Association, body: string): Issue {
  return Issue.parse({
    number,
    title: `chore ${number}`,
    body,
    state: 'open',
    labels: ['bzzz'],
    assignees: [],
    author: association === 'OWNER' ? 'mara' : 'mallory',
    association,
    updatedAtMs: 0,
  });
}
