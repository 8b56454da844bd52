/** What every `Workspaces` does, real or simulated. */
import type { AcceptanceJob, Base, WorkLimits, Workspace, Workspaces } from '@bzzz/coordination';
import { Epoch, Oid, Policy, TaskId } from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeOnBase } from './workspace-on-base.ts';
import { describeSetups } from './workspace-setup.ts';

export interface WorkspacesSubject {
  readonly workspaces: Workspaces;
  /**
   * A commit with the files `README.md` ("hello"), `src/value.txt` ("old"), `test/check.txt`
   * ("strict") and `.gitignore` ("ignored.txt"), each with a line break at its end.
   */
  readonly base: Base;
  /** Puts a file into a worktree as an executor would; null removes it. */
  write(workspace: Workspace, path: string, content: string | null): Promise<void>;
  /** Content of a file in a worktree; null: there is none. */
  read(workspace: Workspace, path: string): Promise<string | null>;
  /** Content of a file in a commit of the mirror; null: there is none. */
  readAt(commit: Oid, path: string): Promise<string | null>;
  /** Command that exits 0 exactly when the file holds this content. */
  expects(path: string, content: string): readonly string[];
  readonly commands: {
    readonly succeeds: readonly string[];
    readonly fails: readonly string[];
    /** Exits 0 and leaves a folder `made`. */
    readonly makes: readonly string[];
    /** Never ends by itself. */
    readonly endless: readonly string[];
  };
  /** Waits for work under way; a subject with virtual time lets it pass meanwhile. */
  settle<T>(work: Promise<T>): Promise<T>;
  dispose(): Promise<void>;
}

export interface WorkspacesContractOptions {
  /**
   * Whether a workspace has files. The simulated one has none: time passes in it, and an outcome
   * comes. Then only what needs no file is asked of it. Default true.
   */
  readonly files?: boolean;
}

const limits: WorkLimits = Policy.parse({ version: 1 }).limits;
const task = TaskId.parse('acme/widgets#7');
const epoch = Epoch.parse(1);
const judge = ['test/**'];

export function describeWorkspacesContract(
  name: string,
  makeSubject: () => Promise<WorkspacesSubject>,
  options: WorkspacesContractOptions = {},
): void {
  const files = options.files ?? true;
  describe(`workspaces: ${name}`, () => {
    let subject: WorkspacesSubject;
    beforeEach(async () => {
      subject = await makeSubject();
    });
    afterEach(async () => {
      await subject.dispose();
    });

    const create = () =>
      subject.settle(subject.workspaces.create({ task, epoch, base: subject.base }));
    const collected = async (workspace: Workspace) => {
      const result = await subject.settle(workspace.collect('work\n'));
      if (result === null) throw new Error('nothing differs from the base');
      return result;
    };
    const accept = (job: Partial<AcceptanceJob> & { result: Oid }, signal?: AbortSignal) => {
      const { base } = subject;
      const { succeeds } = subject.commands;
      return subject.settle(
        subject.workspaces.accept(
          { base, judge, commands: [succeeds], limits, ...job },
          signal === undefined ? {} : { signal },
        ),
      );
    };

    describe('accept', () => {
      it('reports each command that exits 0', async () => {
        const { succeeds } = subject.commands;
        const commands = [succeeds, succeeds];
        const acceptance = await accept({ result: subject.base.oid, commands });
        expect(acceptance).toMatchObject({ passed: true, judgeFilesChanged: [] });
        expect(acceptance.commands.map(({ argv }) => argv)).toEqual(commands);
        expect(acceptance.commands.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
      });

      it('stops at the first command that fails', async () => {
        const { succeeds, fails } = subject.commands;
        const commands = [succeeds, fails, succeeds];
        const acceptance = await accept({ result: subject.base.oid, commands });
        expect(acceptance.passed).toBe(false);
        expect(acceptance.commands).toHaveLength(2);
        expect(acceptance.commands[1]?.exitCode).not.toBe(0);
      });

      it('ends a command that takes longer than the attempt may', async () => {
        const acceptance = await accept({
          result: subject.base.oid,
          commands: [subject.commands.endless],
          limits: { ...limits, attemptMs: 1000 },
        });
        expect(acceptance.passed).toBe(false);
        expect(acceptance.commands[0]?.exitCode).toBeNull();
      });

      it('throws aborted when it is aborted before it begins', async () => {
        const work = accept({ result: subject.base.oid }, AbortSignal.abort());
        await expect(work).rejects.toMatchObject({ code: 'aborted' });
      });
    });

    describeSetups(() => subject);

    it('lets a workspace be disposed of twice, and swept at any time', async () => {
      const workspace = await create();
      await workspace.dispose();
      await workspace.dispose();
      await subject.workspaces.sweep();
      await subject.workspaces.sweep();
    });

    if (files) describeFiles();

    function describeFiles(): void {
      describe('patches', () => {
        const charsMax = 10_000;
        const between = async (from: Workspace, to: Workspace) => {
          const { base } = subject;
          const job = {
            base,
            from: (await subject.settle(from.collect('before\n')))?.result ?? base.oid,
            to: (await collected(to)).result,
            charsMax,
          };
          return subject.settle(subject.workspaces.diff(job));
        };

        it('carries what one workspace changed into another', async () => {
          const [one, other] = [await create(), await create()];
          await subject.write(one, 'src/value.txt', 'caf\u00e9\n');
          await subject.write(one, 'src/new/deep.txt', 'new\n');
          await subject.write(one, 'README.md', null);
          const patch = await between(other, one);
          await subject.settle(other.apply(patch));
          expect(await subject.read(other, 'src/value.txt')).toBe('caf\u00e9\n');
          expect(await subject.read(other, 'src/new/deep.txt')).toBe('new\n');
          expect(await subject.read(other, 'README.md')).toBeNull();
          const [here, there] = [await collected(other), await collected(one)];
          expect(here.commits.map(({ files: facts }) => facts)).toEqual(
            there.commits.map(({ files: facts }) => facts),
          );
          await subject.settle(other.apply(patch, { reverse: true }));
          expect(await subject.settle(other.collect('nothing\n'))).toBeNull();
          for (const workspace of [one, other]) await subject.settle(workspace.dispose());
        });

        it('stands on unfinished work that both have', async () => {
          const [one, other] = [await create(), await create()];
          for (const workspace of [one, other]) {
            await subject.write(workspace, 'src/value.txt', 'half\n');
          }
          const before = await collected(one);
          await subject.write(one, 'src/value.txt', 'whole\n');
          const { result: to } = await collected(one);
          const job = { base: subject.base, from: before.result, to, charsMax };
          await subject.settle(other.apply(await subject.settle(subject.workspaces.diff(job))));
          expect(await subject.read(other, 'src/value.txt')).toBe('whole\n');
          for (const workspace of [one, other]) await subject.settle(workspace.dispose());
        });

        it('refuses a patch that does not fit, and changes nothing', async () => {
          const [one, other] = [await create(), await create()];
          await subject.write(one, 'README.md', 'changed\n');
          await subject.write(one, 'src/value.txt', 'new\n');
          const patch = await between(other, one);
          await subject.write(other, 'src/value.txt', 'otherwise\n');
          await expect(subject.settle(other.apply(patch))).rejects.toMatchObject({
            code: 'patch_refused',
          });
          expect(await subject.read(other, 'README.md')).toBe('hello\n');
          for (const workspace of [one, other]) await subject.settle(workspace.dispose());
        });

        it.each([
          ['out of the folder', '../escaped.txt'],
          ['into git', '.git/hooks/pre-commit'],
          ['an absolute path', '/tmp/escaped.txt'],
        ])('refuses a patch that reaches %s', async (_what, path) => {
          const workspace = await create();
          const patch = [
            `diff --git a/${path} b/${path}`,
            'new file mode 100755',
            '--- /dev/null',
            `+++ b/${path}`,
            '@@ -0,0 +1 @@',
            '+caught',
            '',
          ].join('\n');
          await expect(subject.settle(workspace.apply(patch))).rejects.toMatchObject({
            code: 'patch_refused',
          });
          await subject.settle(workspace.dispose());
        });

        it('does not follow a link that the same patch makes', async () => {
          const workspace = await create();
          const patch = [
            'diff --git a/link b/link',
            'new file mode 120000',
            '--- /dev/null',
            '+++ b/link',
            '@@ -0,0 +1 @@',
            '+..',
            '\\ No newline at end of file',
            'diff --git a/link/escaped.txt b/link/escaped.txt',
            'new file mode 100644',
            '--- /dev/null',
            '+++ b/link/escaped.txt',
            '@@ -0,0 +1 @@',
            '+caught',
            '',
          ].join('\n');
          await expect(subject.settle(workspace.apply(patch))).rejects.toMatchObject({
            code: 'patch_refused',
          });
          await subject.settle(workspace.dispose());
        });

        it('refuses a difference that is too large', async () => {
          const workspace = await create();
          await subject.write(workspace, 'src/value.txt', 'long\n'.repeat(10_000));
          const { result: to } = await collected(workspace);
          const job = { base: subject.base, from: subject.base.oid, to, charsMax };
          await expect(subject.settle(subject.workspaces.diff(job))).rejects.toMatchObject({
            code: 'patch_too_large',
          });
          await subject.settle(workspace.dispose());
        });
      });

      describe('create', () => {
        it('checks the base out', async () => {
          const workspace = await create();
          expect(await subject.read(workspace, 'README.md')).toBe('hello\n');
          expect(await subject.read(workspace, 'src/value.txt')).toBe('old\n');
        });

        it('goes on from unfinished work, which still differs from the base', async () => {
          const earlier = await create();
          await subject.write(earlier, 'README.md', 'half done\n');
          const { result: from } = await collected(earlier);
          await earlier.dispose();
          const { base } = subject;
          const job = { task, epoch: Epoch.parse(epoch + 1), base, from };
          const later = await subject.settle(subject.workspaces.create(job));
          expect(await subject.read(later, 'README.md')).toBe('half done\n');
          await subject.write(later, 'src/value.txt', 'new\n');
          const { commits } = await collected(later);
          const changed = commits.flatMap(({ files: all }) => all.map(({ path }) => path));
          expect(changed.toSorted()).toEqual(['README.md', 'src/value.txt']);
        });

        it('gives each attempt of one task a folder of its own', async () => {
          const [first, second] = [await create(), await create()];
          expect(first.path).not.toBe(second.path);
          await subject.write(first, 'README.md', 'mine\n');
          expect(await subject.read(second, 'README.md')).toBe('hello\n');
        });

        it('throws workspace_failed for a commit that the mirror does not have', async () => {
          const base = { ...subject.base, oid: Oid.parse('f'.repeat(40)) };
          const work = subject.settle(subject.workspaces.create({ task, epoch, base }));
          await expect(work).rejects.toMatchObject({ code: 'workspace_failed' });
        });
      });

      describe('collect', () => {
        it('is null when nothing differs', async () => {
          const workspace = await create();
          await subject.write(workspace, 'README.md', 'hello\n');
          expect(await subject.settle(workspace.collect('work\n'))).toBeNull();
        });

        it('is null when only ignored files differ', async () => {
          const workspace = await create();
          await subject.write(workspace, 'ignored.txt', 'a log\n');
          expect(await subject.settle(workspace.collect('work\n'))).toBeNull();
        });

        it('commits what was added, modified and deleted, and says so', async () => {
          const workspace = await create();
          await subject.write(workspace, 'src/new.txt', 'new\n');
          await subject.write(workspace, 'src/value.txt', 'changed\n');
          await subject.write(workspace, 'README.md', null);
          const { result, commits } = await collected(workspace);
          expect(commits.map(({ oid }) => oid)).toEqual([result]);
          expect(commits[0]?.secrets).toEqual([]);
          expect(commits[0]?.files).toEqual([
            { path: 'README.md', status: 'deleted', mode: '000000', bytes: 0, lines: 1 },
            { path: 'src/new.txt', status: 'added', mode: '100644', bytes: 4, lines: 1 },
            { path: 'src/value.txt', status: 'modified', mode: '100644', bytes: 8, lines: 2 },
          ]);
          expect(await subject.readAt(result, 'src/new.txt')).toBe('new\n');
          expect(await subject.readAt(result, 'src/value.txt')).toBe('changed\n');
          expect(await subject.readAt(result, 'README.md')).toBeNull();
          expect(await subject.readAt(result, 'test/check.txt')).toBe('strict\n');
        });

        it('takes what was done since when it is called again', async () => {
          const workspace = await create();
          await subject.write(workspace, 'src/value.txt', 'one\n');
          await collected(workspace);
          await subject.write(workspace, 'src/value.txt', 'two\n');
          const { result, commits } = await collected(workspace);
          expect(commits).toHaveLength(1);
          expect(await subject.readAt(result, 'src/value.txt')).toBe('two\n');
        });

        it('names a file with a secret and the rule, not the secret', async () => {
          const workspace = await create();
          // In two parts, so that this file itself is clean.
          const token = ['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO2z5Fqk'].join('_');
          await subject.write(workspace, 'src/config.txt', `token: ${token}\n`);
          const { commits } = await collected(workspace);
          expect(commits[0]?.secrets.map(({ path }) => path)).toEqual(['src/config.txt']);
          expect(JSON.stringify(commits)).not.toContain(token);
        });
      });

      describeOnBase(() => ({ ...subject, create, collected, accept }));

      describe('accept, with files', () => {
        it('passes when every command exits 0, and reports each', async () => {
          const workspace = await create();
          await subject.write(workspace, 'src/value.txt', 'new\n');
          const { result } = await collected(workspace);
          const commands = [subject.commands.succeeds, subject.expects('src/value.txt', 'new\n')];
          const acceptance = await accept({ result, commands });
          expect(acceptance).toMatchObject({ passed: true, judgeFilesChanged: [] });
          expect(acceptance.commands.map(({ argv }) => argv)).toEqual(commands);
          expect(acceptance.commands.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
        });

        it('sees the result and not the folder of the attempt', async () => {
          const workspace = await create();
          await subject.write(workspace, 'src/value.txt', 'new\n');
          const { result } = await collected(workspace);
          await subject.write(workspace, 'src/value.txt', 'later\n');
          const commands = [subject.expects('src/value.txt', 'new\n')];
          expect(await accept({ result, commands })).toMatchObject({ passed: true });
        });

        it("judges by the base's files, whatever the result made of them", async () => {
          const changed = await create();
          await subject.write(changed, 'test/check.txt', 'lenient\n');
          const deleted = await create();
          await subject.write(deleted, 'test/check.txt', null);
          for (const workspace of [changed, deleted]) {
            await subject.write(workspace, 'src/value.txt', 'new\n');
            const { result } = await collected(workspace);
            const commands = [subject.expects('test/check.txt', 'strict\n')];
            const acceptance = await accept({ result, commands });
            expect(acceptance).toMatchObject({
              passed: true,
              judgeFilesChanged: ['test/check.txt'],
            });
          }
        });
      });

      describe('dispose and sweep', () => {
        it('dispose removes the folder, and may be called again', async () => {
          const workspace = await create();
          await workspace.dispose();
          await workspace.dispose();
          expect(await subject.read(workspace, 'README.md')).toBeNull();
        });

        it('sweep removes what was left behind', async () => {
          const workspace = await create();
          await subject.workspaces.sweep();
          expect(await subject.read(workspace, 'README.md')).toBeNull();
          await subject.workspaces.sweep();
        });
      });
    }
  });
}
