/** What every `Workspaces` does with the setup of a policy. */
import type { Base, SetupJob, WorkLimits, Workspaces } from '@bzzz/coordination';
import { Epoch, Policy, TaskId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';

export interface SetupSubject {
  readonly workspaces: Workspaces;
  /** With a file `README.md`. */
  readonly base: Base;
  readonly commands: {
    readonly succeeds: readonly string[];
    readonly fails: readonly string[];
    readonly makes: readonly string[];
    readonly endless: readonly string[];
  };
  settle<T>(work: Promise<T>): Promise<T>;
}

const limits: WorkLimits = Policy.parse({ version: 1 }).limits;

export function describeSetups(current: () => SetupSubject): void {
  describe('a setup', () => {
    const setupOf = (run: readonly string[], more: Partial<WorkLimits> = {}): SetupJob => ({
      run: [[...run]],
      inputs: ['README.md'],
      provides: ['made'],
      network: [],
      limits: { ...limits, ...more },
    });
    const create = (setup: SetupJob, signal?: AbortSignal) => {
      const { workspaces, base, settle } = current();
      const job = { task: TaskId.parse('acme/widgets#7'), epoch: Epoch.parse(1), base, setup };
      return settle(workspaces.create(job, signal === undefined ? {} : { signal }));
    };
    const accept = (setup: SetupJob) => {
      const { workspaces, base, commands, settle } = current();
      const job = { base, result: base.oid, judge: [], commands: [commands.succeeds], limits };
      return settle(workspaces.accept({ ...job, setup }));
    };

    it('is done before a workspace is there, and before an acceptance', async () => {
      const setup = setupOf(current().commands.makes);
      const workspace = await create(setup);
      await current().settle(workspace.dispose());
      expect(await accept(setup)).toMatchObject({ passed: true });
    });

    it('throws setup_failed when a command of it fails, each time', async () => {
      const setup = setupOf(current().commands.fails);
      await expect(create(setup)).rejects.toMatchObject({ code: 'setup_failed' });
      await expect(accept(setup)).rejects.toMatchObject({ code: 'setup_failed' });
    });

    it('throws setup_failed when it takes longer than an attempt may', async () => {
      const work = create(setupOf(current().commands.endless, { attemptMs: 1_000 }));
      await expect(work).rejects.toMatchObject({ code: 'setup_failed' });
    });

    it('throws aborted when it is aborted', async () => {
      const work = create(setupOf(current().commands.makes), AbortSignal.abort());
      await expect(work).rejects.toMatchObject({ code: 'aborted' });
    });
  });
}
