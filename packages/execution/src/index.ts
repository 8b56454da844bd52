export type { ModelDetails } from './ollama/model/catalogue.ts';
export { createOllama, type Ollama } from './ollama/ollama.ts';
export type { OllamaOptions } from './ollama/options.ts';
export type { Ended, RunOutcome } from './outcome.ts';
export { createRecipeExecutor } from './recipe-executor.ts';
export { createRunner, type Runner, type RunnerOptions, type RunRequest } from './runner.ts';
export { type Isolation, type ProbeOptions, probeSandbox, type SandboxProbe } from './sandbox.ts';
export { createWorkspaces, type WorkspacesOptions } from './workspaces.ts';
