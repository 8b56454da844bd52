/**
 * Roles: work in plain words that is done in several steps, each by a profile of its own. What a role may do at
 * all stands in the code (`coordination/src/task/roles`); a policy says who fills it and with what.
 */
import { z } from 'zod';
import type { PromptExecutor } from './executors.ts';
import { ModelName } from './models.ts';
import { Hosts, NamedCommands, PromptExecutors } from './policy-fields.ts';

/**
 * `architect` looks and says how it is to be done; `coder` changes files; `executor` and `deployer` run commands
 * by name and edit nothing; `critic` looks at what was changed, and passes it or sends it back.
 */
export const RoleName = z.enum(['architect', 'coder', 'executor', 'critic', 'deployer']);
export type RoleName = z.infer<typeof RoleName>;

/** What is absent is as in `plain`. */
const Role = z.strictObject({
  executors: PromptExecutors.optional(),
  models: z.array(ModelName).max(16).optional(),
  /** In place of what the role is told by default; those of `plain` are told besides. */
  instructions: z.string().max(4_000).optional(),
  /** What it may run in the sandbox, by name. */
  commands: NamedCommands.optional(),
  /** Of this step; those of `plain` are for all steps together. */
  turnsMax: z.int().min(1).max(1_000).optional(),
  tokensMax: z.int().min(1_000).optional(),
  network: Hosts.optional(),
});
type Role = z.infer<typeof Role>;

export const Roles = z
  .strictObject({
    architect: Role.optional(),
    coder: Role.optional(),
    executor: Role.optional(),
    critic: Role.optional(),
    deployer: Role.optional(),
  })
  .default({});
export type Roles = z.infer<typeof Roles>;

/** The roles that work on an issue, in this order. */
export const Steps = z
  .array(RoleName)
  .max(RoleName.options.length)
  .refine((steps) => new Set(steps).size === steps.length, 'a role stands there twice')
  .refine((steps) => steps.includes('coder'), 'nobody changes files: the coder must be there')
  .refine((steps) => isInOrder(steps, 'architect', 'coder'), 'the architect comes before the coder')
  .refine((steps) => isInOrder(steps, 'coder', 'critic'), 'the critic comes after the coder')
  .default(['coder']);

function isInOrder(steps: readonly RoleName[], first: RoleName, second: RoleName): boolean {
  return (
    ![first, second].every((role) => steps.includes(role)) ||
    steps.indexOf(first) < steps.indexOf(second)
  );
}

/** Of one role, with nothing left to look up. */
export interface Profile {
  readonly executors: readonly PromptExecutor[];
  readonly models: readonly ModelName[];
  /** Null: what the role is told by default. */
  readonly instructions: string | null;
  readonly commands: Readonly<Record<string, readonly string[]>>;
  readonly turnsMax: number;
  readonly tokensMax: number;
  readonly network: readonly string[];
}

type Shared = Omit<Profile, 'instructions'>;

export function profileOf(plain: Shared, roles: Roles, name: RoleName): Profile {
  const role: Role = roles[name] ?? {};
  const executors = role.executors ?? plain.executors;
  const asked = role.models ?? (executors.includes('ollama') ? plain.models : []);
  return {
    executors,
    models: asked,
    instructions: role.instructions ?? null,
    commands: role.commands ?? plain.commands,
    turnsMax: role.turnsMax ?? plain.turnsMax,
    tokensMax: role.tokensMax ?? plain.tokensMax,
    network: role.network ?? plain.network,
  };
}

/** Why a role cannot be filled as it stands there; undefined: it can. */
export function flawOfProfile(name: RoleName, profile: Profile): string | undefined {
  const { executors, models, commands } = profile;
  if (executors.includes('ollama') && models.length === 0)
    return 'the executor ollama needs at least one model';
  if (!executors.includes('ollama') && models.length > 0) {
    return 'only the executor ollama takes models, and it is not among the executors';
  }
  if (name !== 'executor' && name !== 'deployer') return undefined;
  // A coding tool has a shell of its own.
  if (executors.some((one) => one !== 'ollama'))
    return 'only the executor ollama can be held to named commands';
  return Object.keys(commands).length === 0 ? 'it runs commands, and there are none' : undefined;
}
