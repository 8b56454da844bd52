import {
  type Admission,
  type Coordinator,
  type CoordinatorOptions,
  createCoordinator,
  type Executor,
  type Executors,
  type Forge,
  type Journal,
  type Mesh,
  type Mask,
  type Printed,
  type PromptJob,
  type Workspaces,
} from '@bzzz/coordination';
import {
  createRecipeExecutor,
  type Reach,
  type Runner,
  type Sessions,
  type Workers,
} from '@bzzz/execution';
import type { Journals } from '@bzzz/journal';
import { createSigner, type Identity } from '@bzzz/mesh';
import { type BzzzError, type Config, livenessOf, wireVersions } from '@bzzz/protocol';
import { systemClock } from '../system/clock.ts';
import { machineLoad } from '../system/load.ts';
import { systemRandom } from '../system/random.ts';
import type { Survey } from '../survey/survey.ts';
import { version } from '../version.ts';

export interface CoordinateDeps {
  readonly identity: Identity;
  readonly mesh: Mesh;
  readonly journal: Journal;
  readonly replicas: Journals['replicas'];
  readonly forge: Forge;
  readonly runner: Runner;
  readonly reach: Reach;
  /** Null: no models are offered here. */
  readonly ollama: Executor<PromptJob> | null;
  readonly cli: NonNullable<Executors['cli']>;
  readonly survey: Survey;
  readonly workers: Workers;
  readonly workspaces: Workspaces;
  readonly printed: Printed;
  readonly mask: Mask;
  readonly sessions: Pick<Sessions, 'forget'>;
}

export interface CoordinateOptions {
  readonly config: Config;
  /** Null: the mesh has no operator. */
  readonly admission: Admission | null;
  readonly health: NonNullable<CoordinatorOptions['health']>;
  readonly onFatal: (error: BzzzError) => void;
}

/** The coordinator over this machine's ports; not started. */
export function coordinate(deps: CoordinateDeps, options: CoordinateOptions): Coordinator {
  const { identity, mesh, journal, replicas, forge, survey, workers, workspaces, printed } = deps;
  const { config, admission } = options;
  const outside = () => (admission?.isMember(mesh.peer) === false ? notAdmitted : {});
  const { name, repositories, timing } = config;
  const coordinator = createCoordinator(
    {
      mesh,
      journal,
      replicas,
      witness: async (key, length) => {
        const replica = replicas().find((one) => one.key === key);
        return (await replica?.witness(length)) ?? null;
      },
      forge,
      clock: systemClock,
      random: systemRandom,
      signer: createSigner(identity),
      workspaces,
      printed,
      mask: deps.mask,
      // It throws nothing, and nobody waits for it.
      onOver: (task) => void deps.sessions.forget(task),
      executors: executorsOf(deps, config.work),
    },
    {
      name,
      version,
      repositories,
      timing,
      liveness: livenessOf(config.liveness),
      offer: () => ({ ...survey.offer(), unready: unreadyOf(workers), ...outside() }),
      platform: `${process.platform} ${process.arch}`,
      spend: config.spend,
      wire: wireVersions,
      load: machineLoad,
      health: options.health,
      ...(admission === null
        ? {}
        : { isMember: admission.isMember, memberList: () => admission.list().serial }),
      onFatal: options.onFatal,
    },
  );
  admission?.onChange(coordinator.membersChanged);
  survey.onChange(coordinator.offerChanged);
  workers.onChange(coordinator.offerChanged);
  return coordinator;
}

/** Whom the operator has not admitted, or has removed, does nothing for anybody. */
const notAdmitted = { slots: 0, unable: 'the operator of the mesh has not admitted this peer' };

/** Why executors that would be there are not, for who asks. */
function unreadyOf(workers: Workers): Record<string, string> {
  return Object.fromEntries(
    workers.state().flatMap(({ kind, unready }) => (unready === null ? [] : [[kind, unready]])),
  );
}

/** A peer that may not execute now offers nothing, and so claims nothing; what it runs goes on. */
function executorsOf(
  { runner, reach, ollama, cli, survey }: CoordinateDeps,
  { recipes }: Config['work'],
): Executors {
  const whileAble = <E extends Executor<never>>(executor: E): E => ({
    ...executor,
    ready: () => survey.isAble() && (executor.ready?.() ?? true),
  });
  const tools = Object.entries(cli).map(([name, executor]) => [name, whileAble(executor)]);
  return {
    ...(recipes ? { recipe: whileAble(createRecipeExecutor({ runner, reach })) } : {}),
    ...(ollama === null ? {} : { ollama: whileAble(ollama) }),
    // Sound: the same names with executors of the same kind.
    cli: Object.fromEntries(tools) as typeof cli,
  };
}
