/** A process that works in a worktree until it is killed: `node fixture-peer.ts '<job as JSON>'`. */
import { createRunner, createWorkspaces } from '@bzzz/execution';
import { Epoch, Policy, TaskId } from '@bzzz/protocol';

const { dir, base, sandbox, text } = JSON.parse(process.argv[2] ?? '');
const runner = createRunner({ sandbox });
const workspaces = createWorkspaces({ runner }, { dir });
const task = TaskId.parse('acme/widgets#7');
const workspace = await workspaces.create({ task, epoch: Epoch.parse(1), base });
const { limits } = Policy.parse({ version: 1 });
await runner.run({ argv: ['sh', '-c', text], path: workspace.path, limits, timeMs: 60_000 });
