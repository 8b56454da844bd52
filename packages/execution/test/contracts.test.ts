import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createRecipeExecutor } from '@bzzz/execution';
import {
  describePromptExecutorContract,
  describeRecipeExecutorContract,
} from '@bzzz/testkit/contracts/executor';
import { describeWorkspacesContract } from '@bzzz/testkit/contracts/workspace';
import { job as cliJob, makeCliWorld } from './support/cli-world.ts';
import type { Script } from '@bzzz/testkit/scripted/ollama';
import { calls, finish, job, makeOllamaWorld } from './support/ollama-world.ts';
import { places } from './support/workers.ts';
import { git, lives, makeWorld, put, uniqueSleep, until } from './support.ts';

const asking = { parts: [{ source: 'author' as const, text: 'Ask.' }] };

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
      signed: until,
      endlessLives: async () => lives(seconds),
      settle: (work) => work,
      dispose: async () => {
        await workspace.dispose();
        await world.dispose();
      },
    };
  });

  for (const [name, where] of places) {
    describePromptExecutorContract(`ollama ${name}, sandbox ${sandbox}`, async () => {
      const seconds = uniqueSleep();
      const leave = calls(['run', { name: 'leave' }]);
      const ask = calls(['ask_for_help', { question: 'How?' }]);
      const script: Script = ({ messages }, index) => {
        if (!messages.some(({ content }) => content.includes('Ask.'))) return wait;
        return [leave, ask][index] ?? finish;
      };
      const wait = calls(['run', { name: 'wait' }]);
      const at = await makeOllamaWorld({ where, script, world: { sandbox } });
      const commands = {
        wait: ['sh', '-c', `sleep ${seconds} & wait`],
        leave: ['sh', '-c', `sleep ${seconds} &`],
      };
      return {
        executor: at.ollama.executor,
        path: at.workspace.path,
        jobs: { endless: { ...job, commands }, asks: { ...job, ...asking, commands } },
        endlessRuns: () => until(() => lives(`sleep\0${seconds}`)),
        signed: until,
        endlessLives: async () => lives(seconds),
        settle: (work) => work,
        dispose: () => at.dispose(),
      };
    });

    describePromptExecutorContract(`cli ${name}, sandbox ${sandbox}`, async () => {
      const seconds = uniqueSleep();
      const script = `
import { readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
const prompt = readFileSync(0, 'utf8');
const asks = prompt.includes('Ask.');
if (process.argv.includes('--resume')) done();
else {
  const child = spawn('sleep', ['${seconds}'], { stdio: 'ignore', detached: asks });
  if (asks) { child.unref(); done({ result: 'BZZZ-HELP: How?' }); }
}`;
      const at = await makeCliWorld({ where, script, world: { sandbox } });
      return {
        executor: at.cli.executor,
        path: at.workspace.path,
        jobs: { endless: cliJob, asks: { ...cliJob, ...asking } },
        endlessRuns: () => until(() => lives(`sleep\0${seconds}`)),
        signed: until,
        endlessLives: async () => lives(seconds),
        settle: (work) => work,
        dispose: () => at.dispose(),
      };
    });
  }
}
