/** All commands as commander knows them, and those that do something. */
import type { Command } from 'commander';
import { programOf } from '../src/program.ts';

export interface Leaf {
  /** `policy check` */
  readonly path: string;
  readonly command: Command;
}

export function tree(): Command {
  const plain = (_: unknown, text: string) => text;
  const quiet = () => undefined;
  return programOf({
    terminal: { print: quiet, note: quiet, style: plain, styleNote: plain, columns: null },
    env: {},
    interrupted: new AbortController().signal,
    exitWith: quiet,
  });
}

/** These do something by themselves, too, besides what their subcommands do. */
const doing: ReadonlySet<string> = new Set(['peers', 'doctor']);

export function leavesOf(command: Command, path = ''): Leaf[] {
  return command.commands.flatMap((one) => {
    const whole = `${path} ${one.name()}`.trim();
    const alone = one.commands.length === 0 || doing.has(whole);
    return [...(alone ? [{ path: whole, command: one }] : []), ...leavesOf(one, whole)];
  });
}
