/** Entry of the process. The first Ctrl-C asks, the second one ends it where it stands. */
import { exitCodes } from './exit-codes.ts';
import { runCli } from './program.ts';
import { createTerminal } from './terminal.ts';

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interruption.signal.aborted) process.exit(exitCodes.killed);
    interruption.abort();
  });
}
// A reader such as `head` that has seen enough is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failure);
});

process.exitCode = await runCli(process.argv.slice(2), {
  terminal: createTerminal(),
  env: process.env,
  interrupted: interruption.signal,
});
