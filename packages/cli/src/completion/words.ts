import type { Command } from 'commander';

/** What may follow one command. */
export interface Words {
  /** `policy check`; empty: `bzzz` itself. */
  readonly path: string;
  /** Subcommands and options, each with a line of help. */
  readonly next: readonly { readonly word: string; readonly help: string }[];
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
    { path, next: all },
    ...command.commands.flatMap((one) => wordsOf(one, `${path} ${one.name()}`.trim())),
  ];
}
