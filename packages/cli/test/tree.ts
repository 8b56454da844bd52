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

export function leavesOf(command: Command, path = ''): Leaf[] {
  return command.commands.flatMap((one) => {
    const whole = `${path} ${one.name()}`.trim();
    return one.commands.length === 0 ? [{ path: whole, command: one }] : leavesOf(one, whole);
  });
}
