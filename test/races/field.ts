/** A forge, its issues, and the contenders for them. */
import { taskOfRef } from '@bzzz/protocol';
import { z } from 'zod';
import { type ForgeProcess, startForge } from '../e2e/harness/forge.ts';
import { createStage, type Stage } from '../e2e/harness/stage.ts';
import { git } from '../e2e/harness/repository.ts';
import { bodyOf, gatedWorld, maintainer, type RecipeName } from '../e2e/harness/worlds.ts';
import { type ContenderProcess, createContender } from './contenders.ts';
import type { Word } from './done-mesh.ts';
import { keepReflog, type Verdict, verdictOf } from './verdict.ts';

export interface Field {
  readonly stage: Stage;
  readonly forge: ForgeProcess;
  readonly contenders: readonly ContenderProcess[];
  /** A person files an issue, and everybody hears of it at once. */
  file(): Promise<void>;
  filed(): number;
  /** Claims that were tried, over all contenders. */
  claims(): number;
  /** Of all issues; what has not moved since it was looked at last is not looked at again. */
  verdicts(): Promise<Verdict[]>;
  /** Issues that have not come to their end yet, looked at like that. */
  left(): Promise<number[]>;
  /** Looks at everything anew. */
  outcome(): Promise<Outcome>;
}

export interface Outcome {
  /** Tasks whose result was published more than once; zero in every run that the fence guards. */
  readonly doublePublishers: number;
  /** Zero likewise. */
  readonly stalePushes: number;
  /** Zero likewise: tasks that have not come to an end, or to a result without just one pull request. */
  readonly unended: number;
  /** The issues of those. */
  readonly left: readonly number[];
  /** Tasks that ended with a result. A run without any has shown nothing. */
  readonly results: number;
  /** Tasks that were left to a person. */
  readonly failures: number;
}

export interface FieldOptions {
  readonly contenders: number;
  readonly leaseMs: number;
  readonly unfenced: boolean;
  /** What the issues ask for. Default `quick`; nobody ever finishes a `gated` one. */
  readonly recipe?: RecipeName;
  /** How each is started for the first time. Default: until it has recovered. */
  readonly begin?: (one: ContenderProcess) => Promise<unknown>;
  /** Ends it before its time, with nothing left behind. */
  readonly signal?: AbortSignal;
}

/**
 * What an hour lets one account write is a tenth of a long run, which would wait for the rest of it. Limits are
 * watched elsewhere: by the simulator, and by the tests of the forge's adapter.
 */
const withoutLimits = {
  primaryPerHour: Number.MAX_SAFE_INTEGER,
  contentPerMinute: Number.MAX_SAFE_INTEGER,
  contentPerHour: Number.MAX_SAFE_INTEGER,
  pointsPerMinute: Number.MAX_SAFE_INTEGER,
};

/** Calls `play` with everything running, and ends it all, whatever becomes of it. */
export async function onField<T>(
  options: FieldOptions,
  play: (field: Field) => Promise<T>,
): Promise<T> {
  const stage = await createStage();
  try {
    const world = await gatedWorld(stage, []);
    const forge = await startForge(stage, { ...world, limits: withoutLimits });
    await keepReflog(forge);
    const told = new Set<string>();
    const onWord = (word: Word) => {
      if (!told.has(word.task)) for (const one of contenders) one.hear(word);
      told.add(word.task);
    };
    const contenders = Array.from({ length: options.contenders }, (_, index) =>
      createContender(stage, forge, { ...options, name: `c${index}`, onWord }),
    );
    // A few at a time: a start costs a second of CPU.
    const queue = [...contenders];
    const { begin = (one) => one.start() } = options;
    const startAll = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await begin(next);
    };
    await Promise.all([startAll(), startAll()]);
    const field = fieldOf(stage, forge, contenders, options.recipe ?? 'quick');
    return await Promise.race([play(field), untilAborted(options.signal)]);
  } finally {
    await stage.close();
  }
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function fieldOf(
  stage: Stage,
  forge: ForgeProcess,
  contenders: readonly ContenderProcess[],
  recipe: RecipeName,
): Field {
  const numbers: number[] = [];
  /** Issues whose result was seen to have just one pull request. */
  const shown = new Set<number>();
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

  async function isLeft({ number, state }: Verdict): Promise<boolean> {
    if (state !== 'result') return state !== 'failed';
    if (!shown.has(number) && (await pullsOf(forge, number)) === 1) shown.add(number);
    return !shown.has(number);
  }

  async function leftOf(verdicts: readonly Verdict[]): Promise<number[]> {
    const left = await inTurn(verdicts, async (one) => ((await isLeft(one)) ? [one.number] : []));
    return left.flat();
  }

  return {
    stage,
    forge,
    contenders,
    filed: () => numbers.length,
    claims: () => contenders.reduce((sum, { claims }) => sum + claims.size, 0),
    async file() {
      const word = letters(numbers.length);
      const issue = { title: `Write ${word}`, body: bodyOf(recipe, word), labels: ['bzzz'] };
      numbers.push(Filed.parse(await forge.call(maintainer, 'POST', 'issues', issue)).number);
      for (const one of contenders) one.look();
    },
    verdicts: lookAtMoved,
    left: async () => leftOf(await lookAtMoved()),
    async outcome() {
      shown.clear();
      const verdicts = await inTurn(numbers, (number) => verdictOf(forge, number));
      const left = await leftOf(verdicts);
      return {
        doublePublishers: verdicts.filter(({ published }) => published > 1).length,
        stalePushes: verdicts.reduce((sum, { stale }) => sum + stale, 0),
        unended: left.length,
        left,
        results: verdicts.filter(({ state }) => state === 'result').length,
        failures: verdicts.filter(({ state }) => state === 'failed').length,
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

/** For a summary: which tasks have no end. */
export function endsOf({ unended, left }: Outcome): string {
  const which = left.map((number) => ` #${number}`).join('');
  return `${unended} tasks without an end${which === '' ? '' : `:${which}`}`;
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
