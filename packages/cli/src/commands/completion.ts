/** Completion of commands and options, made from the commands themselves, and of what the running peer knows. */
import { type Command, Argument } from 'commander';
import { clientOf, type Context, type Options, printJson, wantsJson } from '../context.ts';
import { harmless, wordsOf, type Words } from '../completion/words.ts';
import { bashScript, fishScript, zshScript } from '../completion/scripts.ts';

const scripts: Readonly<Record<string, (words: readonly Words[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function completionCommand(program: Command, context: Context): void {
  program
    .command('completion')
    .description(
      'a script that completes commands, options, tasks and peers: source <(bzzz completion bash)',
    )
    .addArgument(
      new Argument('<shell>', 'which shell; names: what its script asks for').choices([
        ...Object.keys(scripts),
        'names',
      ]),
    )
    .option('--json', 'what may follow each command, as JSON, instead of a script')
    .option('--data <dir>', 'of names: data folder of the peer')
    .action(async (shell: string, options: Options) => {
      if (shell === 'names') return names(context, options);
      if (wantsJson(options)) return printJson(context, wordsOf(program));
      const script = scripts[shell];
      if (script !== undefined) context.terminal.print(script(wordsOf(program)));
    });
}

/** Numbers of tasks and names of peers, one a line. */
async function names(context: Context, options: Options): Promise<void> {
  const client = await clientOf(context, options);
  const until = { signal: context.interrupted };
  const [{ tasks }, { peers }] = await Promise.all([client.tasks(until), client.peers(until)]);
  const numbers = tasks.map(({ task }) => task.slice(task.lastIndexOf('#') + 1));
  const all = harmless([...new Set([...numbers, ...peers.map(({ name }) => name)])]);
  if (wantsJson(options)) return printJson(context, all);
  for (const one of all) context.terminal.print(one);
}
