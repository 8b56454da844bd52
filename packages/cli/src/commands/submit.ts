import {
  BzzzError,
  limits,
  plainText,
  readWorkRequest,
  RepoName,
  WorkRequest,
  complaints,
} from '@bzzz/protocol';
import type { SubmitRequest } from '@bzzz/protocol/api';
import type { Command } from 'commander';
import { z } from 'zod';
import {
  clientOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';

export function submitCommand(program: Command, context: Context): void {
  const command = program
    .command('submit')
    .description('file an issue for the mesh to work on')
    .option('--recipe <name>', 'a recipe of the policy; without it the issue is in plain words')
    .option('--param <name=value...>', 'a parameter of the recipe')
    .option('--repo <owner/name>', 'may be left out where the peer works on one only')
    .option('--title <text>', 'of the issue; default: the recipe and its parameters')
    .option(
      '--text <text>',
      'its words; with a recipe what people should read above the request',
      '',
    )
    .option('--label <label...>', 'default: the first that the policy asks for');
  withCommonOptions(command).action((options: Options) => submit(context, options));
}

/** As commander reads them. */
const SubmitOptions = z.object({
  recipe: z.string().optional(),
  param: z.array(z.string()).default([]),
  repo: z.string().optional(),
  title: z.string().optional(),
  text: z.string().default(''),
  label: z.array(z.string()).optional(),
});
export type SubmitOptions = z.input<typeof SubmitOptions>;

async function submit(context: Context, options: Options): Promise<void> {
  const { terminal } = context;
  const { repo, label: labels, ...text } = SubmitOptions.parse(options);
  const client = await clientOf(context, options);
  const filed = await client.submit(
    {
      ...askedFor(text),
      ...(repo === undefined ? {} : { repo: repoName(repo) }),
      ...(labels === undefined ? {} : { labels }),
    },
    { signal: context.interrupted },
  );
  if (wantsJson(options)) printJson(context, filed);
  else terminal.print(`Filed ${filed.repo}#${filed.number}: ${filed.url}`);
  if (filed.labelsMissing.length > 0) {
    terminal.note(`The account may not label there; missing: ${filed.labelsMissing.join(', ')}`);
  }
}

/** Throws `cli_usage`. What the words come to is judged where the policy is known. */
export function askedFor(options: SubmitOptions): Pick<SubmitRequest, 'title' | 'body' | 'work'> {
  const { recipe, title = '', text = '', param = [] } = options;
  if (recipe === undefined) {
    if (title.trim() === '') throw usage('--recipe, or --title for an issue in plain words');
    if (param.length > 0) throw usage('--param is of a recipe: name it by --recipe');
    if (readWorkRequest(plainText(text)).kind !== 'none') {
      throw usage('text would be read as a recipe: name it by --recipe');
    }
    return { title: title.slice(0, limits.titleCharsMax), body: text.trim() };
  }
  const parameters = parametersOf(param);
  const asked = WorkRequest.safeParse({ recipe, parameters });
  if (!asked.success) throw usage(complaints(asked.error));
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  const spoken = title.trim() === '' ? [recipe, ...pairs].join(' ') : title;
  return { title: spoken.slice(0, limits.titleCharsMax), body: text.trim(), work: asked.data };
}

function parametersOf(pairs: readonly string[]): Record<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of pairs) {
    const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) throw usage(`--param ${pair}: not name=value`);
    if (parameters.has(name)) throw usage(`--param ${name} is given twice`);
    parameters.set(name, value);
  }
  return Object.fromEntries(parameters);
}

function repoName(text: string): RepoName {
  const parsed = RepoName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw usage(`--repo ${text}: not owner/name`);
}

function usage(reason: string): BzzzError {
  return new BzzzError('cli_usage', reason);
}
