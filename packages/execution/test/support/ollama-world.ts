/** A workspace, a scripted server and the executor between them. */
import type { ExecutorReport, PromptJob, Workspace } from '@bzzz/coordination';
import {
  createOllama,
  type Ollama,
  type OllamaOptions,
  type Reach,
  type RunnerOptions,
} from '@bzzz/execution';
import { type Deps, type RunOptions, usualPlace } from './workers.ts';
import { ModelName } from '@bzzz/protocol';
import { limits, makeWorld, type World } from '../support.ts';
import {
  type ChatRequest,
  inOrder,
  type Reply,
  type Script,
  type ScriptedModel,
  type ScriptedOllama,
  startScriptedOllama,
} from '@bzzz/testkit/scripted/ollama';

export const model = ModelName.parse('coder:7b');

export interface OllamaWorld {
  readonly world: World;
  readonly workspace: Workspace;
  readonly server: ScriptedOllama;
  readonly ollama: Ollama;
  run(job?: Partial<PromptJob>, options?: RunOptions): Promise<ExecutorReport>;
  dispose(): Promise<void>;
}

export interface OllamaWorldOptions {
  /** Where it works. Default: the usual place. */
  readonly where?: Deps;
  readonly script: Script;
  readonly models?: readonly ScriptedModel[];
  readonly ollama?: Partial<OllamaOptions>;
  readonly world?: Partial<RunnerOptions> & {
    files?: Readonly<Record<string, string>>;
    reach?: Reach;
  };
}

export const job: PromptJob = {
  kind: 'prompt',
  executors: ['ollama'],
  models: [model],
  parts: [
    { source: 'bzzz', text: 'Change files until the issue is resolved.' },
    { source: 'author', text: 'Mend the widget.' },
  ],
  commands: {},
  turnsMax: 50,
  tokensMax: 1_000_000,
};

export async function makeOllamaWorld(options: OllamaWorldOptions): Promise<OllamaWorld> {
  const world = makeWorld(options.world);
  const workspace = await world.create();
  const server = await startScriptedOllama(options.script, options.models ?? [{ name: model }]);
  const { runner } = world;
  const { reach } = options.world ?? {};
  const deps = { ...(options.where ?? usualPlace)(runner), ...(reach && { reach }) };
  const ollama = createOllama(deps, { url: server.url, ...options.ollama });
  await ollama.refresh();
  return {
    world,
    workspace,
    server,
    ollama,
    run(own, { attemptMs = limits.attemptMs, signal, ...hooks } = {}) {
      const request = { job: { ...job, ...own }, path: workspace.path, ...hooks };
      return ollama.executor.run(
        { ...request, limits: { ...limits, attemptMs } },
        { ...(signal && { signal }) },
      );
    },
    async dispose() {
      await server.close();
      await workspace.dispose();
      await world.dispose();
    },
  };
}

/** An answer that calls tools: a name and its arguments, again and again. */
export function calls(...list: readonly (readonly [name: string, args: unknown])[]): Reply {
  return { kind: 'answer', calls: list.map(([name, args]) => ({ name, arguments: args })) };
}

export const finish = calls(['finish', { summary: 'Mended.' }]);

export function says(content: string): Reply {
  return { kind: 'answer', content };
}

/** Lets a model make these calls, and returns what it read of each. */
export async function outputsOf(
  options: Omit<OllamaWorldOptions, 'script'> & {
    readonly prepare?: (at: OllamaWorld) => Promise<void> | void;
    readonly check?: (at: OllamaWorld) => Promise<void> | void;
    readonly job?: Partial<PromptJob>;
    /** Calls in one answer; default 1. */
    readonly callsEach?: number;
  },
  list: readonly (readonly [name: string, args: unknown])[],
): Promise<string[]> {
  const { callsEach = 1 } = options;
  const answers = Array.from({ length: Math.ceil(list.length / callsEach) }, (_, index) =>
    calls(...list.slice(index * callsEach, (index + 1) * callsEach)),
  );
  const script = inOrder(...answers, finish);
  const at = await makeOllamaWorld({ ...options, script });
  try {
    await options.prepare?.(at);
    const report = await at.run(options.job);
    if (!report.succeeded) throw new Error(report.reason);
    await options.check?.(at);
    return toolOutputs(at.server.chats.at(-1));
  } finally {
    await at.dispose();
  }
}

/** Without the lines that say where they come from. */
export function toolOutputs(request: ChatRequest | undefined): string[] {
  return (request?.messages ?? []).flatMap(({ role, content }) =>
    role === 'tool' ? content.split('\n').slice(1, -1).join('\n') : [],
  );
}
