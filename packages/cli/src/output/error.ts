import { isBzzzError, reasonOf } from '@bzzz/protocol';
import { printable, safeJson, type Terminal } from '../terminal.ts';

export interface ErrorOptions {
  readonly json: boolean;
  /** With the stack, for whoever mends bzzz. */
  readonly debug: boolean;
}

/** Code, reason, and what to do; to standard error. */
export function printError(terminal: Terminal, error: unknown, options: ErrorOptions): void {
  const { code, reason, advice } = isBzzzError(error)
    ? error
    : {
        code: 'defect',
        reason: reasonOf(error),
        advice: 'A defect in bzzz: please report it, with what BZZZ_DEBUG=1 adds to this.',
      };
  if (options.json) {
    terminal.note(safeJson({ error: { code, reason, advice } }));
  } else {
    terminal.note(`${terminal.styleNote(['red', 'bold'], `bzzz: ${code}`)}: ${printable(reason)}`);
    terminal.note(`  ${advice}`);
  }
  if (options.debug && error instanceof Error) terminal.note(error.stack ?? '');
}
