/** Completion of commands and options, made from the commands themselves. */
import { type Command, Argument } from 'commander';
import { type Context, type Options, printJson, wantsJson } from '../context.ts';
import { wordsOf, type Words } from '../completion/words.ts';
import { bashScript, fishScript, zshScript } from '../completion/scripts.ts';

const scripts: Readonly<Record<string, (words: readonly Words[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function completionCommand(program: Command, context: Context): void {
  program
    .command('completion')
    .description('a script that completes commands and options: source <(bzzz completion bash)')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(scripts)))
    .option('--json', 'what may follow each command, as JSON, instead of a script')
    .action((shell: string, options: Options) => {
      if (wantsJson(options)) return printJson(context, wordsOf(program));
      const script = scripts[shell];
      if (script !== undefined) context.terminal.print(script(wordsOf(program)));
    });
}
