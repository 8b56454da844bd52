/**
 * `.bzzz/policy.yml` on the base branch: what a repository's maintainers allow bzzz to do.
 * Unknown fields are refused, since a misspelt limit must not be a missing one.
 */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { utf8 } from './bytes.ts';
import { complaints } from './cbor.ts';
import { BzzzError, reasonOf } from './errors.ts';
import { agentConfiguration } from './executors.ts';
import { Globs } from './globs.ts';
import { Association } from './issue.ts';
import { usualJudge } from './judge-files.ts';
import { limits } from './limits.ts';
import { ModelName } from './models.ts';
import { NewTests } from './new-tests.ts';
import { Argvs, Hosts, NamedCommands, Programs, PromptExecutors } from './policy-fields.ts';
import { flawOfProfile, profileOf, Roles, RoleName, Steps } from './roles.ts';
import { Untrusted } from './untrusted.ts';
import { ParameterName, RecipeName } from './work-request.ts';

/**
 * A folder below the worktree. Plain names only: they stand in git's list of what it leaves out, and in
 * mounts.
 */
const Folder = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9._@+-]+(?:\/[A-Za-z0-9._@+-]+)*$/, 'not the plain relative path of a folder')
  .refine(
    (path) => !path.split('/').some((part) => /^(?:\.{1,2}|\.git|\.bzzz)$/i.test(part)),
    'it may not hold `.`, `..`, `.git` or `.bzzz`',
  );

/** What the work needs that is not in the repository, made beforehand by commands of the base branch. */
const Setup = z.strictObject({
  /** Done in this order in a checkout of the base commit, in the sandbox. */
  run: Argvs,
  /** Files of the base commit that decide what is made: while they stay the same, so does it. */
  inputs: Globs.min(1),
  /** Folders that it makes. They are read-only for all that runs afterwards, and no part of a result. */
  provides: z
    .array(Folder)
    .min(1)
    .max(16)
    .refine((all) => all.every((one) => !isInAnother(one, all)), 'a folder lies within another'),
  /** Hosts that it may reach, on ports 443 and 80. Default: none. */
  network: Hosts.default([]),
});
export type Setup = z.infer<typeof Setup>;

function isInAnother(path: string, all: readonly string[]): boolean {
  return (
    all.filter((other) => other === path).length > 1 ||
    all.some((other) => path.startsWith(`${other}/`))
  );
}

const Recipe = z.strictObject({
  description: z.string().max(500).default(''),
  /** Done in this order in the workspace. */
  run: Argvs,
  /** Each must exit 0 in a clean checkout of the result. */
  accept: Argvs,
  /** Parameters that an issue may give: a pattern that the whole value must match. */
  parameters: z.record(ParameterName, Pattern()).default({}),
  needs: Programs,
  /**
   * Hosts that `run` may reach, never `accept`. Default: none. Closed where a part of the work is of a peer,
   * or of an author who may not write to the repository.
   */
  network: Hosts.default([]),
});
export type Recipe = z.infer<typeof Recipe>;

/** Issues in plain words, which name no recipe: a model or a coding command line works on them. */
const PlainFields = z.strictObject({
  /** What may, the best first; a peer that has one of them is able, and uses the first that it has. */
  executors: PromptExecutors.default(['ollama']),
  /** Models that `ollama` may ask, the best first; a peer uses the first that it has. */
  models: z.array(ModelName).max(16).default([]),
  /** What the model is told besides the issue, such as the customs of the repository. */
  instructions: z.string().max(4_000).default(''),
  /** What the model may run in the sandbox, by name. */
  commands: NamedCommands.default({}),
  /** Each must exit 0 in a clean checkout of the result. */
  accept: Argvs,
  needs: Programs,
  /** Who works on it, one after the other in the same workspace. Default: the coder alone. */
  steps: Steps,
  /** Answers of the model in one attempt. */
  turnsMax: z.int().min(1).max(1_000).default(50),
  /** Tokens that the model may read and write in one attempt. */
  tokensMax: z.int().min(1_000).default(1_000_000),
  /** Hosts that commands and coding tools may reach, as those of a recipe. Default: none. */
  network: Hosts.default([]),
});
const Plain = PlainFields.refine(
  ({ executors, models }) => executors.includes('ollama') === models.length > 0,
  {
    path: ['models'],
    error: ({ input }) =>
      PlainFields.safeParse(input).data?.models.length === 0
        ? 'the executor ollama needs at least one model'
        : 'only the executor ollama takes models, and it is not among the executors',
  },
);
export type Plain = z.infer<typeof Plain>;

const Limits = z.strictObject({
  /** One attempt, from workspace to accepted result. */
  attemptMs: z.int().min(1000).max(86_400_000).default(600_000),
  /**
   * How long the executor may give no sign: nothing printed, no file changed, nothing of a model. Then the
   * attempt is ended. Higher: silent work comes to its end; what hangs keeps its slot longer.
   */
  stallMs: z.int().min(1000).max(86_400_000).default(300_000),
  /** How long the verdicts of other peers are waited for; without them a result stays a draft. */
  verdictMs: z.int().min(1000).max(86_400_000).default(900_000),
  /** What one command may print before it is ended. */
  outputBytesMax: z
    .int()
    .min(1024)
    .max(64 * 1024 * 1024)
    .default(1024 * 1024),
  /** Memory of one command with its children. */
  memoryBytesMax: z
    .int()
    .min(16 * 1024 * 1024)
    .default(2 * 1024 * 1024 * 1024),
  /** Processes of one command with its children. */
  processesMax: z.int().min(1).max(100_000).default(256),
  /** Room that the files of one attempt may take while a command runs, those deleted but open included. */
  diskBytesMax: z
    .int()
    .min(1024 * 1024)
    .default(4 * 1024 * 1024 * 1024),
  changedFilesMax: z.int().min(1).max(10_000).default(100),
  changedBytesMax: z
    .int()
    .min(1)
    .default(4 * 1024 * 1024),
  /** Lines added and lines removed, together; of binary files none are counted. */
  changedLinesMax: z.int().min(1).max(10_000_000).default(10_000),
});

/** What an attempt that is stuck may ask of other peers. */
const HelpRules = z.strictObject({
  /** Requests of one attempt. */
  requestsMax: z.int().min(0).max(3).default(3),
  /** Peers that may work on one request. */
  peersMax: z.int().min(1).max(limits.helpBudgetMax).default(4),
  /** Longer than this an answer is not waited for. */
  waitMs: z.int().min(1000).max(86_400_000).default(300_000),
});

const PolicyFields = z.strictObject({
  version: z.literal(1),
  /** An issue with one of these labels is offered to bzzz. */
  labels: z.array(z.string().min(1).max(50)).min(1).max(16).default(['bzzz']),
  /** Authors whose issues may be worked on. */
  authors: z.array(Association).min(1).default(['OWNER', 'MEMBER', 'COLLABORATOR']),
  recipes: z.record(RecipeName, Recipe).default({}),
  /** Absent: an issue that names no recipe is left alone. */
  plain: Plain.optional(),
  /** Profiles of those that `plain.steps` names; what is absent is as in `plain`. */
  roles: Roles,
  /** Absent: work and acceptance have the files of the repository and nothing else. */
  setup: Setup.optional(),
  /** Files that judge a result, besides tests: taken from the base branch when the acceptance runs. */
  judge: Globs.default([...usualJudge]),
  /** Tests that a result adds. */
  newTests: NewTests.prefault({}),
  /** No result may touch these. The files of `alwaysProtected` always are. */
  protected: Globs.default([]),
  /**
   * A result may touch these and nothing else, and of these nothing that is protected. Their case counts, since
   * `SRC` is another folder than `src` in git. Absent: all that is not protected.
   */
  allowed: Globs.min(1).optional(),
  /** Further bounds of work in which somebody has a part who is not trusted with more. */
  untrusted: Untrusted.prefault({}),
  /** Further commands by name: an issue may ask for some with `accept: NAME`, and they count as `accept` does. */
  acceptances: NamedCommands.default({}),
  /** Verdicts of other peers that make a result ready for review. */
  verdicts: z.int().min(0).max(16).default(1),
  /** Whether a pull request is a draft until these are in. False: it is ready for review from the start, and says
   *  as long as nobody else has judged it that it is unverified. */
  draft: z.boolean().default(true),
  help: HelpRules.prefault({}),
  limits: Limits.prefault({}),
  /**
   * So often the unfinished work of an attempt is pushed to the result branch, checked as a result is,
   * so that whoever takes over goes on from it. Absent: nothing is pushed before the result.
   */
  checkpointMs: z.int().min(1_000).max(86_400_000).optional(),
});
export const Policy = PolicyFields.superRefine(({ plain, roles }, context) => {
  for (const name of RoleName.options) {
    const isAsked = plain?.steps.includes(name) ?? false;
    // Whoever writes a critic down must not believe that one is at work.
    const unasked = roles[name] === undefined ? undefined : 'no step of `plain` asks for this role';
    const message = isAsked && plain ? flawOfProfile(name, profileOf(plain, roles, name)) : unasked;
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['roles', name], message });
  }
});
export type Policy = z.infer<typeof Policy>;

/** Where the policy stands in a repository. */
export const policyPath = '.bzzz/policy.yml';

/** Protected whatever a policy says. */
export const alwaysProtected = [
  '.bzzz/**',
  '.github/workflows/**',
  '.gitmodules',
  '**/.gitattributes',
  ...agentConfiguration,
];

/** Throws `policy_invalid`. */
export function parsePolicy(text: string): Policy {
  if (utf8(text).byteLength > limits.policyBytesMax) throw invalid('the file is too large');
  const result = Policy.safeParse(yamlOf(text));
  if (!result.success) throw invalid(complaints(result.error));
  return result.data;
}

/** The JSON schema of a policy as people write it, for editors. */
export function policySchema(): object {
  return z.toJSONSchema(Policy, { io: 'input' });
}

/** Fills `{name}` in an argument vector; a placeholder without a value throws `policy_invalid`. */
export function fillArgv(
  argv: readonly string[],
  parameters: Readonly<Record<string, string>>,
): string[] {
  return argv.map((argument) =>
    argument.replaceAll(/\{([a-z][a-z0-9_]*)\}/g, (_, name: string) => {
      const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
      if (value === undefined) throw invalid(`no parameter for {${name}}`);
      return value;
    }),
  );
}

function Pattern() {
  return z
    .string()
    .min(1)
    .max(200)
    .refine((source) => compiles(source), 'not a regular expression');
}

function compiles(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function yamlOf(text: string): unknown {
  try {
    const document = parseDocument(text, { prettyErrors: true });
    // A warning (an unknown tag, say) means that the text is read otherwise than it was meant.
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) throw problem;
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    throw new BzzzError('policy_invalid', reasonOf(error).split('\n')[0] ?? 'not YAML', {
      cause: error,
    });
  }
}

function invalid(reason: string): BzzzError {
  return new BzzzError('policy_invalid', reason);
}
