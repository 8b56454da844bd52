/** The coding tools of this machine: looked for at start and now and then, and offered while they are there. */
import type { Clock, Executors } from '@bzzz/coordination';
import { type Cli, createCli, type Runner } from '@bzzz/execution';
import { CliName, type Config, isBzzzError, reasonOf } from '@bzzz/protocol';
import { readModelKey } from '../folder/model-key.ts';
import type { Logger } from '../logger.ts';
import { cliWords } from '../status/cli-words.ts';

export interface ClisDeps {
  readonly clock: Clock;
  readonly runner: Runner;
  readonly logger: Logger;
}

export interface Clis {
  readonly cli: NonNullable<Executors['cli']>;
  /** Resolves when no look is under way. */
  stop(): Promise<void>;
}

/** A tool that is installed, renewed or removed is known so late. */
const lookEveryMs = 60_000;
/** A start waits no longer; what is found later is offered later. */
const firstLookMs = 5_000;

export async function offerClis(
  { clock, runner, logger }: ClisDeps,
  config: Config['cli'],
): Promise<Clis> {
  const clis = wantedClis(runner, config);
  const stopping = new AbortController();
  const known = new Map<CliName, string>();

  async function look(name: CliName, cli: Cli): Promise<void> {
    try {
      await cli.refresh({ signal: stopping.signal });
    } catch (error) {
      if (stopping.signal.aborted) return;
      // Without a sandbox nothing is offered at all, and that is said elsewhere.
      const reason = isBzzzError(error) ? error.reason : reasonOf(error);
      logger.warn('a coding tool could not be looked for', { tool: name, reason });
      return;
    }
    const said = cliWords(cli.seen());
    if (said !== known.get(name)) logger.info('a coding tool', { tool: name, state: said });
    known.set(name, said);
  }

  let cancel = () => {};
  let current = Promise.resolve();
  /** One after the other: several at once would make a small machine slow. */
  async function lookAtAll(): Promise<void> {
    for (const [name, cli] of clis) if (!stopping.signal.aborted) await look(name, cli);
    if (stopping.signal.aborted || clis.size === 0) return;
    cancel = clock.after(lookEveryMs, () => {
      current = lookAtAll();
    });
  }

  const { promise: patience, resolve } = Promise.withResolvers<void>();
  const cancelPatience = clock.after(firstLookMs, resolve);
  current = lookAtAll();
  await Promise.race([current, patience]);
  cancelPatience();
  return {
    cli: Object.fromEntries([...clis].map(([name, { executor }]) => [name, executor])),
    async stop() {
      stopping.abort();
      cancel();
      await current;
    },
  };
}

/** Those that the operator wants. */
export function wantedClis(runner: Runner, config: Config['cli']): Map<CliName, Cli> {
  const clis = new Map<CliName, Cli>();
  for (const name of CliName.options) {
    const own = config[name];
    if (own === undefined || !own.enabled) continue;
    const { apiUrl, apiKeyFile, model, program, folders } = own;
    const apiKey = apiKeyFile === undefined ? undefined : () => readModelKey(apiKeyFile);
    clis.set(name, createCli({ runner }, name, { apiUrl, apiKey, model, program, folders }));
  }
  return clis;
}
