/** The coding tools of this machine, offered while they are there. The survey asks for looks. */
import type { Executors } from '@bzzz/coordination';
import {
  type Cli,
  createCli,
  type Reach,
  type Runner,
  type Sessions,
  type Workers,
} from '@bzzz/execution';
import { CliName, type Config, isBzzzError, reasonOf } from '@bzzz/protocol';
import { readModelKey } from '../folder/model-key.ts';
import type { Logger } from '../logger.ts';
import { cliWords } from '../status/cli-words.ts';

export interface ClisDeps {
  readonly runner: Runner;
  readonly reach: Reach;
  readonly workers: Workers;
  /** Absent: nothing is kept of an attempt. */
  readonly sessions?: Sessions | undefined;
  readonly logger: Logger;
}

export interface Clis {
  readonly cli: NonNullable<Executors['cli']>;
  /** Those that are there, with their versions: `claude version 2.0.1`. */
  ready(): readonly string[];
  /** One after the other: several at once would make a small machine slow. Throws what kept it from looking. */
  look(signal: AbortSignal): Promise<void>;
}

export function offerClis(
  { runner, reach, workers, sessions, logger }: ClisDeps,
  config: Config['cli'],
): Clis {
  const clis = wantedClis({ runner, reach, workers, sessions }, config);
  const known = new Map<CliName, string>();

  function learn(name: CliName, cli: Cli): void {
    const said = cliWords(cli.seen());
    if (said !== known.get(name)) logger.info('a coding tool', { tool: name, state: said });
    known.set(name, said);
  }

  return {
    cli: Object.fromEntries([...clis].map(([name, { executor }]) => [name, executor])),
    ready: () =>
      [...clis].flatMap(([name, cli]) =>
        cli.seen()?.kind === 'there' ? [`${name} ${cliWords(cli.seen())}`] : [],
      ),
    async look(signal) {
      const failures: string[] = [];
      for (const [name, cli] of clis) {
        signal.throwIfAborted();
        try {
          await cli.refresh({ signal });
          learn(name, cli);
        } catch (error) {
          // Without a sandbox nothing is offered at all, and that is said elsewhere.
          if (isBzzzError(error, 'sandbox_missing')) continue;
          failures.push(`${name}: ${isBzzzError(error) ? error.reason : reasonOf(error)}`);
        }
      }
      if (failures.length > 0) throw new Error(failures.join('; '));
    },
  };
}

/** Those that the operator wants. Without workers they can be looked at, and are not to be run. */
export function wantedClis(
  deps: Pick<ClisDeps, 'runner'> & Partial<Pick<ClisDeps, 'reach' | 'workers' | 'sessions'>>,
  config: Config['cli'],
): Map<CliName, Cli> {
  const clis = new Map<CliName, Cli>();
  for (const name of CliName.options) {
    const own = config[name];
    if (own === undefined || !own.enabled) continue;
    const { apiUrl, apiKeyFile, model, models, program, folders } = own;
    const apiKey = apiKeyFile === undefined ? undefined : () => readModelKey(apiKeyFile);
    clis.set(name, createCli(deps, name, { apiUrl, apiKey, model, models, program, folders }));
  }
  return clis;
}
