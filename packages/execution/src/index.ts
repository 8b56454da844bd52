export { createRecipeExecutor } from './recipe-executor.ts';
export {
  createRunner,
  type Ended,
  type Runner,
  type RunnerOptions,
  type RunOutcome,
  type RunRequest,
} from './runner.ts';
export { type Isolation, probeSandbox, type SandboxProbe } from './sandbox.ts';
export { createWorkspaces, type WorkspacesOptions } from './workspaces.ts';
