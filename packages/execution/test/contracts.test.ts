import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createRecipeExecutor } from '@bzzz/execution';
import {
  describeExecutorContract,
  describeRecipeExecutorContract,
} from '@bzzz/testkit/contracts/executor';
import { describeWorkspacesContract } from '@bzzz/testkit/contracts/workspace';
import { job as cliJob, makeCliWorld } from './support/cli-world.ts';
import { calls, job, makeOllamaWorld } from './support/ollama-world.ts';
import { git, lives, makeWorld, put, uniqueSleep, until } from './support.ts';

for (const sandbox of ['required', 'off'] as const) {
  describeWorkspacesContract(`git worktrees, sandbox ${sandbox}`, async () => {
    const world = makeWorld({ sandbox });
    return {
      workspaces: world.workspaces,
      base: world.base,
      write: (workspace, path, content) =>
        content === null ? rm(join(workspace.path, path)) : put(workspace, path, content),
      read: async (workspace, path) => {
        const full = join(workspace.path, path);
        return existsSync(full) ? readFile(full, 'utf8') : null;
      },
      readAt: async (commit, path) => {
        const names = git(world.base.mirror, 'ls-tree', '-r', '--name-only', commit).split('\n');
        return names.includes(path) ? git(world.base.mirror, 'show', `${commit}:${path}`) : null;
      },
      expects: (path, content) => {
        const compare = 'process.exit(fs.readFileSync(process.argv[1]) == process.argv[2] ? 0 : 1)';
        return ['node', '-e', compare, path, content];
      },
      commands: {
        succeeds: ['true'],
        fails: ['false'],
        makes: ['mkdir', 'made'],
        endless: ['sleep', uniqueSleep()],
      },
      settle: (work) => work,
      dispose: () => world.dispose(),
    };
  });

  describeRecipeExecutorContract(`recipe, sandbox ${sandbox}`, async () => {
    const world = makeWorld({ sandbox });
    const workspace = await world.create();
    const seconds = uniqueSleep();
    return {
      executor: createRecipeExecutor({ runner: world.runner }),
      path: workspace.path,
      jobs: {
        succeeds: { kind: 'recipe', commands: [['true'], ['node', '--version']] },
        fails: { kind: 'recipe', commands: [['sh', '-c', 'echo flawed; exit 3'], ['true']] },
        endless: { kind: 'recipe', commands: [['sh', '-c', `sleep ${seconds} & wait`]] },
      },
      endlessRuns: () => until(() => lives(`sleep\0${seconds}`)),
      endlessLives: async () => lives(seconds),
      settle: (work) => work,
      dispose: async () => {
        await workspace.dispose();
        await world.dispose();
      },
    };
  });

  describeExecutorContract(`ollama, sandbox ${sandbox}`, async () => {
    const script = () => calls(['run', { name: 'wait' }]);
    const at = await makeOllamaWorld({ script, world: { sandbox } });
    const seconds = uniqueSleep();
    const commands = { wait: ['sh', '-c', `sleep ${seconds} & wait`] };
    return {
      executor: at.ollama.executor,
      path: at.workspace.path,
      jobs: { endless: { ...job, commands } },
      endlessRuns: () => until(() => lives(`sleep\0${seconds}`)),
      endlessLives: async () => lives(seconds),
      settle: (work) => work,
      dispose: () => at.dispose(),
    };
  });

  describeExecutorContract(`cli, sandbox ${sandbox}`, async () => {
    const seconds = uniqueSleep();
    const script = `
import { spawn } from 'node:child_process';
spawn('sleep', ['${seconds}'], { stdio: 'ignore' });`;
    const at = await makeCliWorld({ script, world: { sandbox } });
    return {
      executor: at.cli.executor,
      path: at.workspace.path,
      jobs: { endless: cliJob },
      endlessRuns: () => until(() => lives(`sleep\0${seconds}`)),
      endlessLives: async () => lives(seconds),
      settle: (work) => work,
      dispose: () => at.dispose(),
    };
  });
}
