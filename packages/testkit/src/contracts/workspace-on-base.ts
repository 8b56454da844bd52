/** What every `Workspaces` with files does with files that a result adds, and with those of the base. */
import type {
  Acceptance,
  AcceptanceJob,
  Base,
  Collected,
  Workspace,
  Workspaces,
} from '@bzzz/coordination';
import { Epoch, type Oid, TaskId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';

export interface OnBaseSubject {
  readonly workspaces: Workspaces;
  readonly base: Base;
  readonly commands: { readonly succeeds: readonly string[]; readonly fails: readonly string[] };
  write(workspace: Workspace, path: string, content: string | null): Promise<void>;
  expects(path: string, content: string): readonly string[];
  settle<T>(work: Promise<T>): Promise<T>;
  create(): Promise<Workspace>;
  collected(workspace: Workspace): Promise<Collected>;
  accept(job: Partial<AcceptanceJob> & { result: Oid }): Promise<Acceptance>;
}

const task = TaskId.parse('acme/widgets#7');
const epoch = Epoch.parse(1);

export function describeOnBase(current: () => OnBaseSubject): void {
  describe('files that a result adds', () => {
    it('runs every command where that is wanted', async () => {
      const {
        base,
        commands: { succeeds, fails },
        accept,
      } = current();
      const commands = [fails, succeeds];
      const { oid: result } = base;
      const acceptance = await accept({ result, commands, everyCommand: true });
      expect(acceptance.passed).toBe(false);
      expect(acceptance.commands.map(({ exitCode }) => exitCode === 0)).toEqual([false, true]);
    });

    it('knows a file that only moved, and changed a little on its way', async () => {
      const { workspaces, base: first, write, create, collected, settle } = current();
      const lines = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join('');
      const earlier = await create();
      await write(earlier, 'test/long.txt', lines);
      const { result: oid } = await collected(earlier);
      const base = { ...first, oid };
      const workspace = await settle(workspaces.create({ task, epoch, base }));
      await write(workspace, 'test/long.txt', null);
      await write(workspace, 'test/moved.txt', `${lines}one more\n`);
      await write(workspace, 'test/new.txt', 'new\n');
      const { result, commits } = await collected(workspace);
      const told = await settle(workspaces.inspect({ base, result }));
      for (const [commit] of [commits, told.commits]) {
        expect(commit?.files.map(({ path, moved }) => [path, moved])).toEqual([
          ['test/long.txt', undefined],
          ['test/moved.txt', true],
          ['test/new.txt', undefined],
        ]);
      }
    });

    it('has of the result what is named alone, where the base has no such file', async () => {
      const { write, expects, create, collected, accept } = current();
      const workspace = await create();
      await write(workspace, 'src/value.txt', 'new\n');
      await write(workspace, 'test/check.txt', 'lenient\n');
      await write(workspace, 'test/more.txt', 'more\n');
      const { result } = await collected(workspace);
      const commands = [
        expects('src/value.txt', 'old\n'),
        expects('test/check.txt', 'strict\n'),
        expects('test/more.txt', 'more\n'),
      ];
      const only = ['test/more.txt', 'test/check.txt'];
      const acceptance = await accept({ result, commands, only, judge: [] });
      expect(acceptance).toMatchObject({ passed: true, judgeFilesChanged: [] });
      const without = await accept({ result, commands, only: [], judge: ['test/**'] });
      expect(without.commands.map(({ exitCode }) => exitCode === 0)).toEqual([true, true, false]);
    });

    it('keeps the files of the base in their place then', async () => {
      const { write, expects, create, collected, accept } = current();
      const workspace = await create();
      await write(workspace, 'README.md', null);
      await write(workspace, 'README.md/more.txt', 'more\n');
      const { result } = await collected(workspace);
      const commands = [expects('README.md', 'hello\n')];
      const only = ['README.md/more.txt'];
      expect(await accept({ result, commands, only })).toMatchObject({ passed: true });
    });

    it('keeps a new judge file and names it', async () => {
      const { write, expects, create, collected, accept } = current();
      const workspace = await create();
      await write(workspace, 'test/more.txt', 'more\n');
      const { result } = await collected(workspace);
      const commands = [expects('test/more.txt', 'more\n')];
      const acceptance = await accept({ result, commands });
      expect(acceptance).toMatchObject({ passed: true, judgeFilesChanged: ['test/more.txt'] });
    });
  });
}
