/** A forge, its issues, and the contenders for them. */
import { setTimeout as pause } from 'node:timers/promises';
import { taskOfRef } from '@bzzz/protocol';
import { z } from 'zod';
import { type ForgeProcess, startForge } from '../e2e/harness/forge.ts';
import { createStage, type Stage } from '../e2e/harness/stage.ts';
import { git } from '../e2e/harness/repository.ts';
import { bodyOf, gatedWorld, maintainer } from '../e2e/harness/worlds.ts';
import { type ContenderProcess, createContender } from './contenders.ts';
import { keepReflog, type Verdict, verdictOf } from './verdict.ts';

export interface Field {
  readonly stage: Stage;
  readonly forge: ForgeProcess;
  readonly contenders: readonly ContenderProcess[];
  /** A person files an issue, and everybody hears of it at once. */
  file(): Promise<void>;
  filed(): number;
  /** Of all issues; what has not moved since it was looked at last is not looked at again. */
  verdicts(): Promise<Verdict[]>;
  /** What must be zero for every run that the fence guards; looks at everything anew. */
  outcome(): Promise<Outcome>;
}

export interface Outcome {
  /** Tasks whose result was published more than once. */
  readonly doublePublishers: number;
  readonly stalePushes: number;
  /** Tasks that have not come to an end, or to a result without just one pull request. */
  readonly unended: number;
}

export interface FieldOptions {
  readonly contenders: number;
  readonly leaseMs: number;
  readonly unfenced: boolean;
}

/** Calls `play` with everything running, and ends it all, whatever becomes of it. */
export async function onField<T>(
  options: FieldOptions,
  play: (field: Field) => Promise<T>,
): Promise<T> {
  const stage = await createStage();
  try {
    const forge = await startForge(stage, await gatedWorld(stage, []));
    await keepReflog(forge);
    const contenders = Array.from({ length: options.contenders }, (_, index) =>
      createContender(stage, forge, { ...options, name: `c${index}` }),
    );
    // A few at a time: a start costs a second of CPU.
    const queue = [...contenders];
    const startAll = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next.start();
    };
    await Promise.all([startAll(), startAll()]);
    return await play(fieldOf(stage, forge, contenders));
  } finally {
    await stage.close();
  }
}

function fieldOf(
  stage: Stage,
  forge: ForgeProcess,
  contenders: readonly ContenderProcess[],
): Field {
  const numbers: number[] = [];
  /** By issue: where its branches stood, and what that came to. A look costs a dozen processes. */
  const known = new Map<number, { readonly tips: string; readonly verdict: Verdict }>();

  async function lookAtMoved(): Promise<Verdict[]> {
    const tips = await tipsOf(forge);
    return inTurn(numbers, async (number) => {
      const now = tips.get(number) ?? '';
      const before = known.get(number);
      if (before?.tips === now) return before.verdict;
      const verdict = await verdictOf(forge, number);
      known.set(number, { tips: now, verdict });
      return verdict;
    });
  }

  return {
    stage,
    forge,
    contenders,
    filed: () => numbers.length,
    async file() {
      const word = letters(numbers.length);
      const issue = { title: `Write ${word}`, body: bodyOf('quick', word), labels: ['bzzz'] };
      numbers.push(Filed.parse(await forge.call(maintainer, 'POST', 'issues', issue)).number);
      for (const one of contenders) one.look();
    },
    verdicts: lookAtMoved,
    async outcome() {
      const verdicts = await inTurn(numbers, (number) => verdictOf(forge, number));
      const done = verdicts.filter(({ state }) => state === 'result');
      const pulls = await inTurn(done, ({ number }) => pullsOf(forge, number));
      const unseen = pulls.filter((count) => count !== 1).length;
      return {
        doublePublishers: verdicts.filter(({ published }) => published > 1).length,
        stalePushes: verdicts.reduce((sum, { stale }) => sum + stale, 0),
        unended: verdicts.filter((one) => !hasEnded(one)).length + unseen,
      };
    },
  };
}

/** The tips of both branches of each issue, as one text. */
async function tipsOf({ gitDir }: ForgeProcess): Promise<Map<number, string>> {
  const refs = await git(gitDir, 'for-each-ref', '--format=%(refname) %(objectname)');
  const tips = new Map<number, string>();
  for (const line of refs.split('\n')) {
    const task = taskOfRef(line.split(' ')[0] ?? '');
    if (task !== undefined) tips.set(task.number, `${tips.get(task.number) ?? ''} ${line}`);
  }
  return tips;
}

/** Pull requests take numbers of the same row. */
const Filed = z.object({ number: z.number() });

export function hasEnded({ state }: Verdict): boolean {
  return state === 'result' || state === 'failed';
}

/** Waits for a state without a limit of time: how long a run takes is not what it is about. */
export async function untilTrue(check: () => Promise<boolean>, everyMs = 500): Promise<void> {
  while (!(await check())) await pause(everyMs);
}

/** How many pull requests of the task there are, open or not. */
async function pullsOf(forge: ForgeProcess, number: number): Promise<number> {
  const [owner = ''] = forge.repo.split('/');
  const query = `pulls?state=all&head=${owner}:bzzz/issue-${number}`;
  return z.array(z.unknown()).parse(await forge.call(maintainer, 'GET', query)).length;
}

async function inTurn<A, B>(items: readonly A[], job: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  for (const item of items) results.push(await job(item));
  return results;
}

/** A word of letters for each number. */
function letters(index: number): string {
  const digits = String(index).replaceAll(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)));
  return `w${digits}`;
}
