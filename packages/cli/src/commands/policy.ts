/** What a repository allows bzzz to do, looked at before it is pushed. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  alwaysProtected,
  BzzzError,
  judgeGlobs,
  type NewTests,
  parsePolicy,
  type Plain,
  type Policy,
  policyPath,
  policySchema,
  type Profile,
  profileOf,
  type Recipe,
  type RoleName,
  reasonOf,
  type Setup,
} from '@bzzz/protocol';
import type { Command } from 'commander';
import { type Context, type Options, printJson, wantsJson } from '../context.ts';
import { judgeGaps } from '../output/judge-gaps.ts';
import { patternGaps } from '../output/pattern-gaps.ts';
import { table } from '../output/table.ts';
import { printable } from '../terminal.ts';

export function policyCommand(program: Command, context: Context): void {
  const policy = program
    .command('policy')
    .description('what a repository allows bzzz to do')
    .helpCommand(false);
  policy
    .command('check')
    .argument('[file]', `a policy; default ${policyPath} of this folder`)
    .description('say whether bzzz accepts a policy, and what it allows')
    .option('--json', 'answer as JSON')
    .action((file: string | undefined, options: Options) => check(context, file, options));
  policy
    .command('schema')
    .description('print the JSON schema of a policy, for editors')
    .option('--json', 'it is JSON anyway')
    .action(() => printJson(context, policySchema()));
}

async function check(context: Context, file: string = policyPath, options: Options): Promise<void> {
  const policy = parsePolicy(await textOf(resolve(file)));
  if (wantsJson(options)) printJson(context, policy);
  else printText(context, file, policy);
  const gaps = [
    ...judgeGaps(policy).map(({ command, ...gap }) => ({ ...gap, what: command })),
    ...(await patternGaps(resolve(file), policy)).map(({ pattern, ...gap }) => ({
      ...gap,
      what: pattern,
    })),
  ];
  // Beside the answer, so that the JSON is a policy and nothing else.
  for (const { where, what, reason } of gaps) {
    const words = `warning: ${where}: \`${printable(what)}\`: ${printable(reason)}`;
    context.terminal.note(context.terminal.styleNote('yellow', words));
  }
}

function printText({ terminal }: Context, file: string, policy: Policy): void {
  terminal.print(`${printable(file)}: bzzz accepts it`);
  for (const line of table(['what', 'is'], rowsOf(policy))) terminal.print(line);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new BzzzError('cli_usage', `cannot read the policy: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

function rowsOf(policy: Policy): string[][] {
  const { labels, authors, recipes, acceptances, verdicts, draft, limits } = policy;
  const rows = [
    ['offered by label', labels.join(', ')],
    ['of authors', authors.join(', ')],
    ...Object.entries(recipes).map(([name, recipe]) => [`recipe ${name}`, recipeOf(recipe)]),
    ...(policy.plain === undefined ? [] : plainRows(policy.plain, policy)),
    ...(policy.setup === undefined ? [] : [['made beforehand', setupOf(policy.setup)]]),
    ['judged by', judgeGlobs(policy).join(', ')],
    ['new tests', newTestsOf(policy.newTests)],
    ['never touched', [...alwaysProtected, ...policy.protected].join(', ')],
    ['touched', policy.allowed?.join(', ') ?? 'all else'],
    ['nor by untrusted work', policy.untrusted.protected.join(', ') || 'nothing else'],
    ['acceptances to ask for', Object.keys(acceptances).join(' ') || 'none'],
    ['verdicts wanted', `${verdicts}${draft ? ', a draft until then' : ', no draft meanwhile'}`],
    ['time of an attempt', `${limits.attemptMs} ms`],
  ];
  return rows.map(([what = '', is = '']) => [what, printable(is)]);
}

function recipeOf({ run, accept, needs, network }: Recipe): string {
  const parts = [commands(run), `accepted by ${commands(accept)}`];
  if (needs.length > 0) parts.push(`needs ${needs.join(', ')}`);
  if (network.length > 0) parts.push(reaching(network));
  return parts.join('; ');
}

/** What a role does with the files, by the code, whatever a policy says. */
const does: Readonly<Record<RoleName, string>> = {
  architect: 'looks, and says how it is done',
  coder: 'changes files',
  executor: 'runs commands',
  critic: 'looks at the change, and passes it or sends it back once',
  deployer: 'runs commands',
};

/** One row where the coder works alone, else one for each step. */
function plainRows(plain: Plain, { roles }: Pick<Policy, 'roles'>): string[][] {
  const accepted = `accepted by ${commands(plain.accept)}`;
  const isAlone = plain.steps.length === 1;
  const rows = plain.steps.map((name) => {
    const profile = profileOf(plain, roles, name);
    return isAlone
      ? ['in plain words', `${profileText(profile)}; ${accepted}`]
      : [`step ${name}`, `${does[name]}; ${profileText(profile)}`];
  });
  if (isAlone) return rows;
  const bounds = `at most ${plain.turnsMax} answers and ${plain.tokensMax} tokens in all`;
  return [['in plain words', `${plain.steps.join(', then ')}; ${bounds}; ${accepted}`], ...rows];
}

function profileText({ executors, models, commands: named, network }: Profile): string {
  const who = executors.map((name) => (name === 'ollama' ? models.join(' or ') : name));
  const tools = executors.filter((name) => name !== 'ollama');
  const runs = Object.entries(named).map(([name, argv]) => `${name} \`${argv.join(' ')}\``);
  const may = [
    ...(runs.length === 0 ? [] : [`may run ${runs.join(', ')}`]),
    // What the policy names is told to a tool, and does not hold it.
    ...(tools.length === 0 ? [] : [`${tools.join(', ')}: anything, by a shell in the sandbox`]),
  ];
  const does = may.length === 0 ? 'runs nothing' : may.join('; ');
  return `${who.join(' or ')}; ${does}; ${reaching(network)}`;
}

function setupOf({ run, inputs, provides, network }: Setup): string {
  const anew = `anew when ${inputs.join(', ')} changes`;
  return `${provides.join(', ')} by ${commands(run)}; ${anew}; ${reaching(network)}`;
}

function newTestsOf({ onBase, files, run, exceptLabels }: NewTests): string {
  if (onBase === 'any') return 'may pass without the change that they come with';
  const how = run === undefined ? 'by the acceptance, together' : `each by ${commands([run])}`;
  const except =
    exceptLabels.length === 0 ? '' : `; not on issues labelled ${exceptLabels.join(', ')}`;
  return `must fail without the change that they come with, ${how}${except}; tests are ${files.join(', ')}`;
}

function reaching(hosts: readonly string[]): string {
  return hosts.length === 0 ? 'reaches nothing' : `may reach ${hosts.join(', ')}`;
}

function commands(argvs: readonly (readonly string[])[]): string {
  return argvs.map((argv) => `\`${argv.join(' ')}\``).join(', ');
}
