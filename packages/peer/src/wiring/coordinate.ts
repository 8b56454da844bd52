import {
  type Coordinator,
  createCoordinator,
  type Executor,
  type Executors,
  type Forge,
  type Mesh,
  type PromptJob,
} from '@bzzz/coordination';
import { createRecipeExecutor, createWorkspaces, type Runner } from '@bzzz/execution';
import type { Journals } from '@bzzz/journal';
import { createSigner, type Identity } from '@bzzz/mesh';
import {
  type BzzzError,
  type Config,
  livenessOf,
  type Machine,
  wireVersions,
} from '@bzzz/protocol';
import { systemClock } from '../system/clock.ts';
import { machineLoad } from '../system/load.ts';
import { systemRandom } from '../system/random.ts';
import { findTools } from '../tools.ts';
import { version } from '../version.ts';
import type { SandboxState } from './sandbox.ts';

export interface CoordinateDeps {
  readonly identity: Identity;
  readonly mesh: Mesh;
  readonly journals: Pick<Journals, 'own' | 'replicas'>;
  readonly forge: Forge;
  readonly runner: Runner;
  /** Null: no models are offered here. */
  readonly ollama: Executor<PromptJob> | null;
  readonly cli: NonNullable<Executors['cli']>;
}

export interface CoordinateOptions {
  readonly config: Config;
  /** Folder of the worktrees. */
  readonly worktrees: string;
  readonly sandbox: SandboxState;
  readonly machine: Machine;
  readonly onFatal: (error: BzzzError) => void;
}

/** The coordinator over this machine's ports; not started. */
export function coordinate(deps: CoordinateDeps, options: CoordinateOptions): Coordinator {
  const { identity, mesh, journals, forge, runner, ollama, cli } = deps;
  const { config, sandbox } = options;
  const { name, repositories, timing, work } = config;
  // A peer that may not execute offers nothing, and so claims nothing.
  const able = sandbox.missing === null && work.slots > 0;
  return createCoordinator(
    {
      mesh,
      journal: journals.own,
      replicas: journals.replicas,
      forge,
      clock: systemClock,
      random: systemRandom,
      signer: createSigner(identity),
      workspaces: createWorkspaces({ runner }, { dir: options.worktrees }),
      executors: able
        ? { recipe: createRecipeExecutor({ runner }), ...(ollama && { ollama }), cli }
        : {},
    },
    {
      name,
      version,
      repositories,
      timing,
      liveness: livenessOf(config.liveness),
      slots: able ? work.slots : 0,
      tools: findTools(work),
      sandbox: sandbox.kind,
      platform: `${process.platform} ${process.arch}`,
      unable: work.slots > 0 ? sandbox.missing : null,
      machine: options.machine,
      spend: config.spend,
      wire: wireVersions,
      load: machineLoad,
      onFatal: options.onFatal,
    },
  );
}
