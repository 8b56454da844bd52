import type { Argument, Command } from 'commander';

/** What may follow one command. */
export interface Words {
  /** `policy check`; empty: `bzzz` itself. */
  readonly path: string;
  /** Subcommands and options, each with a line of help. */
  readonly next: readonly { readonly word: string; readonly help: string }[];
  /** A number of a task, or a name of a peer, may follow as well. */
  readonly names: boolean;
}

export function wordsOf(command: Command, path = ''): Words[] {
  const subcommands = command.commands.map((one) => ({
    word: one.name(),
    help: one.description(),
  }));
  const options = command.options.flatMap(({ long, description }) =>
    long === null || long === undefined ? [] : [{ word: long, help: description }],
  );
  const all = [...subcommands, ...options, { word: '--help', help: 'show what it takes' }];
  return [
    { path, next: all, names: command.registeredArguments.some(isName) },
    ...command.commands.flatMap((one) => wordsOf(one, `${path} ${one.name()}`.trim())),
  ];
}

function isName(argument: Argument): boolean {
  return ['task', 'what', 'peer'].includes(argument.name());
}

/** What a shell may be given: it would carry out what else stands in the name that a stranger chose. */
export function harmless(names: readonly string[]): string[] {
  return names.filter((name) => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name));
}
