import {
  BzzzError,
  limits,
  readWorkRequest,
  RepoName,
  visibleText,
  WorkRequest,
  complaints,
} from '@bzzz/protocol';
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
    .option('--label <label...>', 'default: bzzz');
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
  const { title, body } = issueText(text);
  const client = await clientOf(context, options);
  const filed = await client.submit(
    {
      title,
      body,
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
  if (!filed.watched) terminal.note(`This peer does not work on ${filed.repo}; others may.`);
}

/** Throws `cli_usage` unless a peer would read back exactly what was asked for. */
export function issueText(options: SubmitOptions): { title: string; body: string } {
  if (options.recipe === undefined) return plainIssue(options);
  const parameters = parametersOf(options.param ?? []);
  const asked = WorkRequest.safeParse({ recipe: options.recipe, parameters });
  if (!asked.success) throw usage(complaints(asked.error));
  const { recipe } = asked.data;
  const pairs = Object.entries(parameters);
  const request = [`recipe: ${recipe}`, ...pairs.map(([name, value]) => `${name}: ${value}`)];
  const text = (options.text ?? '').trim();
  const body = [...(text === '' ? [] : [text, '']), '```', ...request, '```', ''].join('\n');
  const reading = readWorkRequest(visibleText(body));
  const same =
    reading.kind === 'request' && JSON.stringify(reading.request) === JSON.stringify(asked.data);
  if (!same) throw usage('text or parameters would be read as another request');
  const spoken = [recipe, ...pairs.map(([name, value]) => `${name}=${value}`)].join(' ');
  const title = (options.title ?? spoken).slice(0, limits.titleCharsMax);
  return { title, body };
}

/** For a model or a coding tool. */
function plainIssue({ title = '', text = '', param = [] }: SubmitOptions) {
  if (title.trim() === '') throw usage('--recipe, or --title for an issue in plain words');
  if (param.length > 0) throw usage('--param is of a recipe: name it by --recipe');
  if (readWorkRequest(visibleText(text)).kind !== 'none') {
    throw usage('text would be read as a recipe: name it by --recipe');
  }
  return { title: title.slice(0, limits.titleCharsMax), body: text.trim() };
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
