/** The `bzzz` command: its subcommands, and what becomes of their errors. */
import { BzzzError } from '@bzzz/protocol';
import { version } from '@bzzz/peer';
import { Command, CommanderError } from 'commander';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { drillCommand } from './commands/drill.ts';
import { indexCommand } from './commands/index-rebuild.ts';
import { initCommand } from './commands/init.ts';
import { inviteCommand } from './commands/invite.ts';
import { joinCommand } from './commands/join.ts';
import { keyCommand } from './commands/key.ts';
import { logsCommand } from './commands/logs.ts';
import { drainCommand, pauseCommand, resumeCommand } from './commands/pause.ts';
import { openCommand } from './commands/open.ts';
import { orderCommands } from './commands/order.ts';
import { peersCommand } from './commands/peers.ts';
import { policyCommand } from './commands/policy.ts';
import { quarantineCommand } from './commands/quarantine.ts';
import { repoCommand } from './commands/repo.ts';
import { statusCommand } from './commands/status.ts';
import { submitCommand } from './commands/submit.ts';
import { tasksCommand } from './commands/tasks.ts';
import { topCommand } from './commands/top.ts';
import { upCommand } from './commands/up.ts';
import { verifyCommand } from './commands/verify.ts';
import { whyCommand } from './commands/why.ts';
import type { Context } from './context.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { printError } from './output/error.ts';

export type RegisterCommand = (program: Command, context: Context) => void;

const commands: readonly RegisterCommand[] = [
  initCommand,
  inviteCommand,
  joinCommand,
  upCommand,
  demoCommand,
  openCommand,
  statusCommand,
  topCommand,
  peersCommand,
  tasksCommand,
  whyCommand,
  verifyCommand,
  submitCommand,
  orderCommands,
  logsCommand,
  indexCommand,
  drainCommand,
  pauseCommand,
  resumeCommand,
  quarantineCommand,
  keyCommand,
  doctorCommand,
  drillCommand,
  repoCommand,
  backupCommand,
  restoreCommand,
  policyCommand,
  configCommand,
  completionCommand,
];

/** Runs one command line; resolves with the exit code, and prints whatever goes wrong. */
export async function runCli(
  args: readonly string[],
  given: Omit<Context, 'exitWith'>,
): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const context: Context = {
    ...given,
    exitWith(code) {
      exitCode = code;
    },
  };
  try {
    const program = programOf(context);
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
    const shown = error instanceof CommanderError ? usageError(error) : error;
    const debug = Boolean(context.env['BZZZ_DEBUG']);
    printError(context.terminal, shown, { json: args.includes('--json'), debug });
    return exitCodeOf(shown);
  }
}

/** All commands, as commander knows them. */
export function programOf(context: Context): Command {
  const program = new Command('bzzz')
    // A command with subcommands leaves them what stands after their names.
    .enablePositionalOptions()
    .description('A mesh of peers that turns GitHub issues into pull requests.')
    .version(version, '-V, --version', 'show the version')
    .helpCommand(false)
    .helpOption('-h, --help', 'show this')
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => context.terminal.print(text.trimEnd()),
      writeErr: (text) => context.terminal.note(text.trimEnd()),
      // Errors are printed in one place, with a code and what to do.
      outputError: () => undefined,
    })
    .exitOverride();
  for (const register of commands) register(program, context);
  return program;
}

function usageError(error: CommanderError): BzzzError {
  if (error.code === 'commander.help') {
    return new BzzzError('cli_usage', 'name one of its commands, as listed above', {
      cause: error,
    });
  }
  const reason = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return new BzzzError('cli_usage', reason, { cause: error });
}
