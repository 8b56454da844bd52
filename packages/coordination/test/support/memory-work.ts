/** Workspaces and an executor that do nothing but take time, as a test says. */
import { BzzzError, ModelName, Oid, type Spent } from '@bzzz/protocol';
import type {
  AcceptanceJob,
  ChangedFile,
  Clock,
  CommitFacts,
  Executor,
  PromptJob,
  RecipeJob,
  Workspace,
  Workspaces,
} from '../../src/index.ts';

const appliedOid = Oid.parse('d'.repeat(40));
export const resultOid = Oid.parse('e'.repeat(40));

/** Nobody is there to be asked for help. */
export const alone = {
  requestsOf: () => ({
    ask: async () => ({ helped: false, text: 'nobody helps', changed: false }),
    exhausted: () => false,
    wasHeard: () => false,
    tried: () => [],
  }),
};

export interface MemoryWork {
  readonly workspaces: Workspaces;
  readonly executors: { recipe?: Executor<RecipeJob>; ollama?: Executor<PromptJob> };
  /** What a model was told. */
  readonly prompts: PromptJob[];
  readonly events: string[];
  readonly created: Parameters<Workspaces['create']>[0][];
  readonly accepted: AcceptanceJob[];
  readonly script: {
    /** Configuration of coding tools that the next looks find changed, one each; then none is. */
    agents: (string | null)[];
    takesMs: number;
    /** Never ends by itself. */
    endless: boolean;
    fails: boolean;
    accepts: boolean;
    /** Of an acceptance that fails; null: it was ended. */
    exitCode: number | null;
    /** What it adds to the files, besides the change. */
    adds: readonly string[];
    /** Of those what stood somewhere else before. */
    moved: readonly string[];
    /** Judge files that it changed. */
    judges: readonly string[];
    /** How the commands of an acceptance end; null: as `accepts` and `exitCode` say. */
    exits: ((job: AcceptanceJob) => readonly (number | null)[]) | null;
    /** Its command is not installed. */
    missing: boolean;
    /** It fails unless another peer helps. */
    stuck: boolean;
    /** The commits that come of it, one each; then always the same. */
    results: Oid[];
    /** What the work has cost soon after it began; null: nothing. */
    spent: Spent | null;
    /** What differs between any two commits. */
    patch: string;
    /** What the work so far holds that nobody may read. */
    secrets: CommitFacts['secrets'];
    /** The path that the work changes; null: nothing. */
    changes: string | null;
    error: BzzzError | null;
    /** Thrown by `create`; null: nothing is. */
    unprepared: BzzzError | null;
  };
}

export function createMemoryWork(
  clock: Clock,
  { hasModel = false }: { readonly hasModel?: boolean } = {},
): MemoryWork {
  const prompts: PromptJob[] = [];
  const events: string[] = [];
  const created: Parameters<Workspaces['create']>[0][] = [];
  const accepted: AcceptanceJob[] = [];
  const script: MemoryWork['script'] = {
    agents: [],
    takesMs: 1_000,
    endless: false,
    fails: false,
    accepts: true,
    exitCode: null,
    adds: [],
    moved: [],
    judges: [],
    exits: null,
    missing: false,
    stuck: false,
    results: [],
    patch: 'patch',
    spent: null,
    secrets: [],
    changes: 'src/a.ts',
    error: null,
    unprepared: null,
  };

  /** As the port says: whatever the reason of the signal, what is thrown is `aborted`. */
  function work(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        cancel();
        reject(new BzzzError('aborted', 'the command was cancelled'));
      };
      const end = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const cancel = script.endless ? () => undefined : clock.after(script.takesMs, end);
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  function filesOf(path: string): ChangedFile[] {
    const file = { mode: '100644', bytes: 1, lines: 1 };
    const added = script.adds.map((one) => ({
      path: one,
      status: 'added' as const,
      ...file,
      ...(script.moved.includes(one) && { moved: true }),
    }));
    return [{ path, status: 'modified', ...file }, ...added];
  }

  const workspace: Workspace = {
    path: 'in memory',
    async collect() {
      events.push('collect');
      const path = script.changes;
      if (path === null) return null;
      // What came from elsewhere is another commit than what was made of it here.
      const isApplied = events
        .findLast((one) => /^(create|run|apply)/.test(one))
        ?.startsWith('apply');
      const result = isApplied === true ? appliedOid : (script.results.shift() ?? resultOid);
      const { secrets } = script;
      return { result, commits: [{ oid: result, files: filesOf(path), secrets }] };
    },
    async apply(patch, { reverse = false } = {}) {
      events.push(reverse ? `undo ${patch}` : `apply ${patch}`);
    },
    async agentsChanged() {
      events.push('look at agents');
      return script.agents.shift() ?? null;
    },
    async dispose() {
      events.push('dispose');
    },
  };
  const workspaces: Workspaces = {
    async create(job) {
      events.push('create');
      created.push(job);
      if (script.unprepared !== null) throw script.unprepared;
      return workspace;
    },
    async accept(job) {
      events.push('accept');
      accepted.push(job);
      const usual = job.commands.map(() => (script.accepts ? 0 : script.exitCode));
      const exits = script.exits?.(job) ?? usual;
      const commands = job.commands
        .slice(0, exits.length)
        .map((argv, at) => ({ argv, exitCode: exits[at] ?? null, elapsedMs: 1, outputTail: '' }));
      const passed = commands.length === job.commands.length && exits.every((one) => one === 0);
      return { passed, commands, judgeFilesChanged: script.judges };
    },
    async inspect({ result }) {
      events.push('inspect');
      const path = script.changes ?? 'src/a.ts';
      return { result, commits: [{ oid: result, files: filesOf(path), secrets: [] }] };
    },
    async diff() {
      return script.patch;
    },
    async sweep() {
      events.push('sweep');
    },
  };
  const recipe: Executor<RecipeJob> = {
    async run({ job, help, rest, onSpent }, o) {
      events.push('run');
      if (script.spent !== null) onSpent?.(script.spent);
      await work(o?.signal);
      while (rest?.wanted() === true) await work(o?.signal);
      if (script.stuck) {
        const { helped, text } = (await help?.('how?', o)) ?? { helped: false, text: 'no help' };
        return { succeeded: helped, reason: text, commands: [] };
      }
      if (script.error !== null) throw script.error;
      const fails = script.fails || script.missing;
      const exitCode = script.missing ? 127 : Number(fails);
      const [argv = []] = job.commands;
      const command = { argv, exitCode, elapsedMs: 1, outputTail: fails ? 'boom' : '' };
      return {
        succeeded: !fails,
        reason: fails ? `exit ${exitCode}` : '',
        commands: [command],
      };
    },
  };
  const ollama: Executor<PromptJob> = {
    models: () => [ModelName.parse('coder:1')],
    async run({ job }, o) {
      events.push('run');
      prompts.push(job);
      await work(o?.signal);
      return { succeeded: !script.fails, reason: script.fails ? 'gave up' : '', commands: [] };
    },
  };
  const executors = hasModel ? { recipe, ollama } : { recipe };
  return { workspaces, executors, prompts, events, created, accepted, script };
}
