/** Entry of the process. The first Ctrl-C asks, the second one ends it where it stands. */
import { exitCodes } from './exit-codes.ts';
import { printError } from './output/error.ts';
import { runCli } from './program.ts';
import { createTerminal } from './terminal.ts';

// A report that Node writes about a crash would hold the environment, and with it tokens.
process.report.excludeEnv = true;

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
    interruption.abort();
  });
}
// A reader such as `head` that has seen enough is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failure);
});

const terminal = createTerminal();
// A defect: the process ends at once, as if killed, which a peer recovers from at its next start.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    printError(terminal, error, { json: false, debug: Boolean(process.env['BZZZ_DEBUG']) });
    process.exit(exitCodes.failure);
  });
}

process.exitCode = await runCli(process.argv.slice(2), {
  terminal,
  env: process.env,
  interrupted: interruption.signal,
});
