/** What every `Executor` does, real or simulated. */
import type {
  AskForHelp,
  Executor,
  Job,
  PromptJob,
  RecipeJob,
  WorkLimits,
} from '@bzzz/coordination';
import { BzzzError, Policy } from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

export interface ExecutorSubject<J extends Job = Job> {
  readonly executor: Executor<J>;
  /** Folder of a fresh workspace. */
  readonly path: string;
  readonly jobs: {
    /** Runs a command that never ends by itself. */
    readonly endless: J;
  };
  /** Resolves when the endless job is at work. */
  endlessRuns(): Promise<void>;
  /** Resolves when that holds. */
  signed(isSigned: () => boolean): Promise<void>;
  /** Whether anything of the endless job still exists. */
  endlessLives(): Promise<boolean>;
  /** Waits for work under way; a subject with virtual time lets it pass meanwhile. */
  settle<T>(work: Promise<T>): Promise<T>;
  dispose(): Promise<void>;
}

export interface RecipeExecutorSubject extends ExecutorSubject<RecipeJob> {
  readonly jobs: {
    readonly succeeds: RecipeJob;
    /** Prints the word `flawed`, then fails; nothing after that is done. */
    readonly fails: RecipeJob;
    readonly endless: RecipeJob;
  };
}

export interface PromptExecutorSubject extends ExecutorSubject<PromptJob> {
  readonly jobs: {
    readonly endless: PromptJob;
    /**
     * Starts what `endlessLives` looks for and leaves it behind, asks for help once, and is done when
     * somebody has helped.
     */
    readonly asks: PromptJob;
  };
}

const limits: WorkLimits = Policy.parse({ version: 1 }).limits;

export function describeExecutorContract<J extends Job>(
  name: string,
  makeSubject: () => Promise<ExecutorSubject<J>>,
): void {
  describe(`executor: ${name}`, () => {
    let subject: ExecutorSubject<J>;
    beforeEach(async () => {
      subject = await makeSubject();
    });
    afterEach(async () => {
      await subject.dispose();
    });

    it('ends work that takes longer than the attempt may', async () => {
      const { executor, path, jobs } = subject;
      const brief = { ...limits, attemptMs: 1000 };
      const work = executor.run({ job: jobs.endless, path, limits: brief });
      const report = await subject.settle(work);
      expect(report.succeeded).toBe(false);
      expect(report.commands.at(-1)?.exitCode).toBeNull();
      expect(await subject.endlessLives()).toBe(false);
    });

    it('ends everything before it throws aborted', async () => {
      const { executor, path, jobs } = subject;
      const abort = new AbortController();
      const work = executor.run({ job: jobs.endless, path, limits }, { signal: abort.signal });
      const refused = expect(work).rejects.toMatchObject({ code: 'aborted' });
      await subject.settle(subject.endlessRuns());
      expect(await subject.endlessLives()).toBe(true);
      abort.abort();
      await subject.settle(refused);
      expect(await subject.endlessLives()).toBe(false);
    });

    it('gives signs, whether or not anybody prints anything', async () => {
      const { executor, path, jobs } = subject;
      const abort = new AbortController();
      let signs = 0;
      const onSign = () => {
        signs += 1;
      };
      const request = { job: jobs.endless, path, limits, onSign };
      const work = executor.run(request, { signal: abort.signal });
      const refused = expect(work).rejects.toMatchObject({ code: 'aborted' });
      await subject.settle(subject.endlessRuns());
      await subject.settle(subject.signed(() => signs > 0));
      abort.abort();
      await subject.settle(refused);
    });

    it('does nothing when it is aborted before it begins', async () => {
      const { executor, path, jobs } = subject;
      const options = { signal: AbortSignal.abort() };
      const work = executor.run({ job: jobs.endless, path, limits }, options);
      await expect(subject.settle(work)).rejects.toMatchObject({ code: 'aborted' });
      expect(await subject.endlessLives()).toBe(false);
    });
  });
}

/** The same, and what holds for commands that are done one after the other. */
export function describeRecipeExecutorContract(
  name: string,
  makeSubject: () => Promise<RecipeExecutorSubject>,
): void {
  describeExecutorContract(name, makeSubject);
  describe(`executor of recipes: ${name}`, () => {
    let subject: RecipeExecutorSubject;
    beforeEach(async () => {
      subject = await makeSubject();
    });
    afterEach(async () => {
      await subject.dispose();
    });

    it('reports success with a report for each command', async () => {
      const { executor, path, jobs } = subject;
      const report = await subject.settle(executor.run({ job: jobs.succeeds, path, limits }));
      expect(report.succeeded).toBe(true);
      expect(report.commands).toHaveLength(jobs.succeeds.commands.length);
      for (const [index, command] of report.commands.entries()) {
        expect(command.argv).toEqual(jobs.succeeds.commands[index]);
        expect(command.exitCode).toBe(0);
        expect(command.elapsedMs).toBeGreaterThanOrEqual(0);
      }
    });

    it('reports work that goes wrong, with its last words, and asks nobody', async () => {
      const { executor, path, jobs } = subject;
      // The commands are the same everywhere: whoever has another machine is asked by the coordination.
      const help = () => expect.unreachable('a recipe asks for help');
      const report = await subject.settle(executor.run({ job: jobs.fails, path, limits, help }));
      expect(report.succeeded).toBe(false);
      expect(report.reason).not.toBe('');
      const last = report.commands.at(-1);
      expect(last?.exitCode).not.toBe(0);
      expect(last?.outputTail).toContain('flawed');
      expect(report.commands.length).toBeLessThan(jobs.fails.commands.length);
    });
  });
}

/** The same, and what holds for work by a model that may ask other peers. */
export function describePromptExecutorContract(
  name: string,
  makeSubject: () => Promise<PromptExecutorSubject>,
): void {
  describeExecutorContract(name, makeSubject);
  describe(`executor of prompts: ${name}`, () => {
    let subject: PromptExecutorSubject;
    beforeEach(async () => {
      subject = await makeSubject();
    });
    afterEach(async () => {
      await subject.dispose();
    });

    it('asks while nothing of it runs, and goes on when it was helped', async () => {
      const { executor, path, jobs } = subject;
      const questions: string[] = [];
      const help: AskForHelp = async (question) => {
        questions.push(question);
        expect(await subject.endlessLives()).toBe(false);
        return { helped: true, text: 'Like this.', changed: false };
      };
      const report = await subject.settle(executor.run({ job: jobs.asks, path, limits, help }));
      expect(report.reason).not.toBe('');
      expect(report).toMatchObject({ succeeded: true, answer: expect.stringMatching(/./) });
      expect(questions).toEqual([expect.stringMatching(/./)]);
    });

    it('does without help where nobody may be asked', async () => {
      const { executor, path, jobs } = subject;
      const report = await subject.settle(executor.run({ job: jobs.asks, path, limits }));
      expect(report.reason).not.toBe('');
      expect(await subject.endlessLives()).toBe(false);
    });

    it('waits for help no longer than the attempt may take', async () => {
      const { executor, path, jobs } = subject;
      const { help, asked } = endlessHelp();
      const brief = { ...limits, attemptMs: 6_000 };
      const work = executor.run({ job: jobs.asks, path, limits: brief, help });
      const report = await subject.settle(work);
      expect(report.succeeded).toBe(false);
      expect((await subject.settle(asked)).aborted).toBe(true);
    });

    it('throws aborted when it is aborted while it waits for help', async () => {
      const { executor, path, jobs } = subject;
      const { help, asked } = endlessHelp();
      const abort = new AbortController();
      const options = { signal: abort.signal };
      const work = executor.run({ job: jobs.asks, path, limits, help }, options);
      const refused = expect(work).rejects.toMatchObject({ code: 'aborted' });
      const signal = await subject.settle(asked);
      expect(signal.aborted).toBe(false);
      abort.abort();
      await subject.settle(refused);
      expect(signal.aborted).toBe(true);
      expect(await subject.endlessLives()).toBe(false);
    });

    it('passes on what goes wrong with asking', async () => {
      const { executor, path, jobs } = subject;
      const help = () => Promise.reject(new BzzzError('workspace_failed', 'the disk is broken'));
      const work = executor.run({ job: jobs.asks, path, limits, help });
      await expect(subject.settle(work)).rejects.toMatchObject({ code: 'workspace_failed' });
    });
  });
}

/** Nobody answers before it is aborted. `asked` resolves with the signal when somebody asks. */
function endlessHelp(): { help: AskForHelp; asked: Promise<AbortSignal> } {
  const asked = Promise.withResolvers<AbortSignal>();
  const help: AskForHelp = (_question, { signal } = {}) => {
    if (signal === undefined) return Promise.reject(new Error('it asks without a signal'));
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(new BzzzError('aborted', 'the request was cancelled'));
    signal.addEventListener('abort', onAbort, { once: true });
    asked.resolve(signal);
    return promise;
  };
  return { help, asked: asked.promise };
}
