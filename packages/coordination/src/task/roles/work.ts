/**
 * Works through the steps of a team, one after the other in the same workspace. A critic may send the change back
 * to the coder once; what is not passed then has failed. The steps share the turns and tokens of the attempt, and
 * its time, which whoever waits for the whole counts.
 */
import type { RoleName, Spent } from '@bzzz/protocol';
import { listening } from '../../help/listening.ts';
import type { CommandReport, ExecutorReport, PromptJob, PromptSource } from '../../ports/index.ts';
import type { Chosen, Where } from '../execution.ts';
import { passes } from './judgement.ts';
import { createMemory } from './memory.ts';
import { createPurse, type Purse } from './purse.ts';
import type { Team } from './team.ts';

export interface Member {
  readonly role: RoleName;
  readonly job: PromptJob;
  readonly chosen: Chosen<PromptJob>;
}

export interface TeamAtWork extends Omit<Team, 'steps'> {
  readonly members: readonly Member[];
}

interface StepTold {
  /** From 1, those that are done again counted anew. */
  readonly step: number;
  readonly role: RoleName;
  readonly executor: string;
  readonly outcome: 'done' | 'passed' | 'sent back' | 'failed';
  /** What it said last, or why it failed; whole. */
  readonly reason: string;
  readonly spent?: Spent;
}

export interface StepHooks {
  /** Asked before each step but the first: why nobody may work on what is there; undefined: one may. */
  readonly between: () => Promise<string | undefined>;
  /** What was changed so far, for a critic. */
  readonly change: () => Promise<string>;
  /** Told each step when it is over. */
  readonly onStep: (told: StepTold) => Promise<void>;
}

interface Place {
  readonly where: Where;
  readonly hooks: StepHooks;
  /** Whose words have a part in the work that do not stand in the jobs. */
  readonly beside: readonly PromptSource[];
}

/** How often a change may be sent back. */
const sendingsMax = 1;

export async function workThrough(
  team: TeamAtWork,
  { where, hooks, beside }: Place,
  options: { signal: AbortSignal },
): Promise<ExecutorReport> {
  const { members } = team;
  const coder = members.findIndex(({ role }) => role === 'coder');
  const purse = createPurse(team, members[coder]?.chosen.executor ?? 'ollama');
  const memory = createMemory(hooks.change);
  const help = where.help && listening(where.help);
  const commands: CommandReport[] = [];
  let sendings = 0;
  let before: RoleName | undefined;

  async function take({ role, job, chosen }: Member, at: number): Promise<ExecutorReport> {
    const room = purse.roomFor(job);
    if (typeof room === 'string') return { succeeded: false, reason: room, commands: [] };
    const heard = await memory.heardBy(role, rolesOf(members.slice(0, at)));
    const { help: _, onSpent, ...rest } = where;
    const tell = (spent: Spent) => {
      const total = purse.total(spent);
      if (total !== undefined) onSpent?.(total);
    };
    // A helper changes files, so only who may change them asks.
    const own = { ...rest, onSpent: tell, ...(role === 'coder' && help && { help: help.ask }) };
    const sources = help?.wasHeard() ? [...beside, 'peer' as const] : beside;
    return chosen.run({ ...job, ...room, parts: [...job.parts, ...heard] }, sources, own, options);
  }

  for (let [step, at] = [1, 0]; ; step += 1) {
    const member = members[at];
    if (member === undefined) return ended(true, `${step - 1} steps are done`);
    const { role } = member;
    const objection = before === undefined ? undefined : await hooks.between();
    if (objection !== undefined) return ended(false, `after the ${before}: ${objection}`);
    before = role;
    const report = await take(member, at);
    const { answer: words = '' } = report;
    commands.push(...report.commands);
    purse.pay(report.spent);
    const isPassed = role !== 'critic' || passes(words);
    await hooks.onStep({ step, ...toldOf(member, report, isPassed) });
    if (!report.succeeded) {
      const { lacks } = report;
      return { ...ended(false, `the ${role}: ${report.reason}`), ...(lacks && { lacks }) };
    }
    memory.keep(role, words);
    if (isPassed) {
      at += 1;
      continue;
    }
    sendings += 1;
    if (sendings > sendingsMax) return ended(false, `the critic did not pass it: ${words}`);
    memory.complain(words);
    at = coder;
  }

  function ended(succeeded: boolean, reason: string): ExecutorReport {
    return { succeeded, reason, commands, ...answerOf(memory.said('coder')), ...billOf(purse) };
  }
}

function toldOf(
  { role, chosen }: Member,
  report: ExecutorReport,
  isPassed: boolean,
): Omit<StepTold, 'step'> {
  const { succeeded, answer = '', spent } = report;
  const found = isPassed ? ('passed' as const) : ('sent back' as const);
  const outcome = role === 'critic' ? found : ('done' as const);
  const reason = succeeded && answer !== '' ? answer : report.reason;
  return {
    role,
    executor: chosen.executor,
    outcome: succeeded ? outcome : 'failed',
    reason,
    ...(spent === undefined ? {} : { spent }),
  };
}

function rolesOf(members: readonly Member[]): RoleName[] {
  return members.map(({ role }) => role);
}

function answerOf(words: string | undefined): Pick<ExecutorReport, 'answer'> {
  return words === undefined || words === '' ? {} : { answer: words };
}

function billOf(purse: Purse): Pick<ExecutorReport, 'spent'> {
  const spent = purse.total();
  return spent === undefined ? {} : { spent };
}
