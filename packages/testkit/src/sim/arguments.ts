/** What the simulator is asked to do. */
import { parseArgs } from 'node:util';

export const usage = `npm run sim: without arguments a few hundred seeds; with --seed N one run and its trace

  npm run sim -- --seeds 10000 [--from N] [--peers P] [--tasks T] [--workers W]
  npm run sim -- --seed N --peers P --tasks T [--bug NAME] [--without FAULT,..] [--shrink] [--quiet]
                 [--no-faults] [--file-after MS]
  npm run sim -- --bugs [NAME]
`;

const options = {
  help: { type: 'boolean', short: 'h', default: false },
  seed: { type: 'string' },
  seeds: { type: 'string', default: '200' },
  from: { type: 'string', default: '1' },
  peers: { type: 'string' },
  tasks: { type: 'string' },
  bug: { type: 'string' },
  bugs: { type: 'boolean', default: false },
  without: { type: 'string', default: '' },
  /** Instead of those that the seed would draw. */
  'no-faults': { type: 'boolean', default: false },
  /** When people file the issues. */
  'file-after': { type: 'string' },
  shrink: { type: 'boolean', default: false },
  workers: { type: 'string' },
  quiet: { type: 'boolean', default: false },
  /** For `--bugs`: looks for the bug that this process is loaded with, in seed `--from` first. */
  find: { type: 'boolean', default: false },
  /** For `--seeds`: prints its totals as JSON for the process that started it. */
  share: { type: 'boolean', default: false },
} as const;

/** Ends the process with 0 for `--help`, and with 2 for what it does not know. */
export function readArguments(args: readonly string[]) {
  const { values, positionals } = parsed(args);
  if (values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  if (positionals.length > 0 && !values.bugs) refuse(`what is ${positionals.join(' ')}?`);
  return { values, positionals };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

export function refuse(reason: string): never {
  process.stderr.write(`${reason}\n\n${usage}`);
  process.exit(2);
}
