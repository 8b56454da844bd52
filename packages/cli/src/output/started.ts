/** What an argument vector starts: the tool, and files of the repository, as far as its words tell. */
type Argv = readonly string[];

export interface Started {
  /** Without folder, and without what only starts another program. */
  readonly tool: string;
  readonly words: Argv;
  /** Files of the repository that it runs. */
  readonly scripts: readonly string[];
  /** Files that stand behind an option which names what the tool reads. */
  readonly configs: readonly string[];
}

/** Of a shell line what stands in it. */
export function startedBy(argv: Argv): Started[] {
  const [program = '', ...words] = unwrapped(argv);
  const tool = baseName(program);
  const at = shells.test(tool) ? words.findIndex((word) => /^-[a-z]*c$/.test(word)) : -1;
  if (at >= 0) {
    const parts = (words[at + 1] ?? '').split(/&&|\|\||[;|\n]/);
    return parts.flatMap((part) => startedBy(part.trim().split(/\s+/)));
  }
  const scripts = isPath(program) ? [plainPath(program)] : scriptsOf(tool, words);
  return [{ tool, words, scripts, configs: configsOf(tool, words) }];
}

/** With as many words behind it that are its own. */
const wrappers: Readonly<Record<string, number>> = {
  env: 0,
  nice: 0,
  time: 0,
  timeout: 1,
  npx: 0,
  bunx: 0,
  'xvfb-run': 0,
};
const pairs =
  /^(?:bundle exec|(?:uv|poetry|pipenv|hatch|deno) run|(?:npm|pnpm|yarn) exec|python[0-9.]* -m)$/;

function unwrapped(argv: Argv): Argv {
  const [program = '', second = ''] = argv;
  if (program === '--') return unwrapped(argv.slice(1));
  if (pairs.test(`${baseName(program)} ${second}`)) return unwrapped(argv.slice(2));
  const own = wrappers[baseName(program)];
  const rest = argv.slice(1);
  const start = rest.findIndex((word) => !word.startsWith('-') && !/^\w+=/.test(word));
  return own === undefined || start < 0 ? argv : unwrapped(rest.slice(start + own));
}

const shells = /^(?:bash|sh|dash|zsh)$/;
const interpreters =
  /^(?:node|bun|tsx|ts-node|python[0-9.]*|ruby|perl|php|lua|Rscript|pwsh|bash|sh|dash|zsh)$/;
/** Run every file that they are given. */
const runners = /^(?:pytest|vitest|jest|mocha|ava|rspec|phpunit|prove)$/;
/** With one of these, which are no shell's, a file is looked at only, or there is none. */
const noScript = /^(?:--check|--syntax-check|--eval|--print|--run|-[ceplnr]+)$/;

function scriptsOf(tool: string, words: Argv): string[] {
  const isOption = (word: string) => word.startsWith('-');
  const files = words.filter((word) => !isOption(word) && isFile(word)).map(plainPath);
  if (runners.test(tool) || (tool === 'node' && words.includes('--test'))) return files;
  const first = words.findIndex((word) => !isOption(word));
  const word = words[first];
  if (!interpreters.test(tool) || word === undefined || !(isFile(word) || isPath(word))) return [];
  const looksOnly = words.slice(0, first).some((option) => noScript.test(option));
  return looksOnly && !shells.test(tool) ? [] : [plainPath(word)];
}

const ofBuilders = /^(?:-f|--(?:make|just|rake)?file)$/;
const configOptions: Readonly<Record<string, RegExp>> = {
  make: ofBuilders,
  gmake: ofBuilders,
  just: ofBuilders,
  rake: ofBuilders,
  mvn: ofBuilders,
  mvnw: ofBuilders,
  tsc: /^(?:-p|--project)$/,
};

function configsOf(tool: string, words: Argv): string[] {
  const isConfig = configOptions[tool] ?? /^--(?:config|project)$/;
  return words.flatMap((word, at) => {
    const [option = '', joined] = word.split('=', 2);
    if (!isConfig.test(option)) return [];
    const path = joined ?? words[at + 1] ?? '';
    const isName = isFile(path) || /makefile/i.test(path);
    return isName && !path.startsWith('/') ? [plainPath(path)] : [];
  });
}

/** By a name with an ending; folders have none. */
function isFile(word: string): boolean {
  return /[^./]\.[a-z][a-z0-9]*$/i.test(word) && !word.startsWith('/') && !word.includes('://');
}

/** A place in the repository. */
function isPath(word: string): boolean {
  return word.includes('/') && !word.startsWith('/') && !word.includes('://');
}

function plainPath(path: string): string {
  return path.replace(/^(?:\.\/+)+/, '');
}

function baseName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}
