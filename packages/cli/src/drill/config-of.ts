/** The configuration of a peer that runs: by the words and the environment it was started with, and its file as it is now. */
import type { Config } from '@bzzz/protocol';
import { configAsStarted } from '../context.ts';
import { startOf } from './start.ts';
import type { Target } from './targets.ts';

/** Throws `config_invalid` where the file was made so since, and `drill_peer_elsewhere`. */
export async function configOf({ process }: Target): Promise<Config> {
  const { argv, env, cwd } = await startOf(process, '/dev/null');
  const { config } = await configAsStarted({ args: argv.slice(1), env, cwd });
  return config;
}
