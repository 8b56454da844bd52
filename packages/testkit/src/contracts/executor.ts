/** What every `Executor` does, real or simulated. */
import type { Executor, Job, RecipeJob, WorkLimits } from '@bzzz/coordination';
import { Policy } from '@bzzz/protocol';
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

    it('reports work that goes wrong, with its last words', async () => {
      const { executor, path, jobs } = subject;
      const report = await subject.settle(executor.run({ job: jobs.fails, path, limits }));
      expect(report.succeeded).toBe(false);
      expect(report.reason).not.toBe('');
      const last = report.commands.at(-1);
      expect(last?.exitCode).not.toBe(0);
      expect(last?.outputTail).toContain('flawed');
      expect(report.commands.length).toBeLessThan(jobs.fails.commands.length);
    });
  });
}
