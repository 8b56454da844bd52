export { type Cli, createCli, whereCli } from './cli/cli.ts';
export type { Look } from './cli/look.ts';
export type { CliOptions } from './cli/options.ts';
export { createSessions, type Sessions, type SessionsOptions } from './cli/sessions.ts';
export { cliTellsCost } from './cli/tools/all.ts';
export { type Place, type Reach, watchedReach } from './egress/reach.ts';
export type { ModelDetails } from './ollama/model/catalogue.ts';
export { createOllama, type Ollama } from './ollama/ollama.ts';
export type { OllamaOptions } from './ollama/options.ts';
export type { Ended, RunOutcome } from './outcome.ts';
export { createRecipeExecutor, type RecipeExecutorDeps } from './recipe-executor.ts';
export { createRunner, type Runner, type RunnerOptions, type RunRequest } from './runner.ts';
export { type Isolation, type ProbeOptions, probeSandbox, type SandboxProbe } from './sandbox.ts';
export {
  createWorkspaces,
  type LocalWorkspaces,
  type WorkspacesDeps,
  type WorkspacesOptions,
} from './workspaces.ts';
export { maskSecrets } from './secrets.ts';
export type { HealthState } from './worker/health.ts';
export type { WorkerOptions } from './worker/options.ts';
export {
  createWorkers,
  type WorkerState,
  type Workers,
  type WorkersDeps,
} from './worker/workers.ts';
