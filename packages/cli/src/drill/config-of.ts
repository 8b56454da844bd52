/** The configuration of a peer that runs, as it read it when it was started. */
import type { Config } from '@bzzz/protocol';
import { configAsStarted } from '../context.ts';
import { startOf } from './process.ts';
import type { Target } from './targets.ts';

/** Throws `config_invalid` where that was changed since, and `drill_peer_elsewhere`. */
export async function configOf({ process }: Target): Promise<Config> {
  const { argv, env, cwd } = await startOf(process, '/dev/null');
  const { config } = await configAsStarted({ args: argv.slice(1), env, cwd });
  return config;
}
