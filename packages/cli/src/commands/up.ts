import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  createLogger,
  createPeer,
  isGuest,
  type LoadedConfig,
  type LogLevel,
  logLevels,
  settings,
  version,
} from '@bzzz/peer';
import { BzzzError, type Config, tokenSources } from '@bzzz/protocol';
import { type Command, Option } from 'commander';
import {
  configOf,
  type Context,
  type Options,
  withCommonOptions,
  withSettingOptions,
  wantsJson,
} from '../context.ts';
import { gatewayFace } from '../gateway-face.ts';
import type { EmbeddedForge } from '../embedded/embedded-forge.ts';

export function upCommand(program: Command, context: Context): void {
  const command = program
    .command('up')
    .description('run the peer until Ctrl-C; without a token, with an embedded forge and a sample')
    .addOption(new Option('--log-level <level>', 'of standard error').choices([...logLevels]))
    .addOption(new Option('--log-format <format>', 'of standard error').choices(['text', 'json']));
  withSettingOptions(withCommonOptions(command)).action((options: Options) => up(context, options));
}

async function up(context: Context, options: Options): Promise<void> {
  const loaded = await configOf(context, options);
  forgetSecrets();
  await using parts = new AsyncDisposableStack();
  const forge = (await needsForge(loaded)) ? await startForge(loaded.config.dataDir) : null;
  parts.defer(async () => forge?.stop());
  const config = forge === null ? loaded.config : withForge(loaded, forge);
  const logger = createLogger({
    level: levelOf(options['logLevel'] ?? context.env['BZZZ_LOG_LEVEL']),
    format: (options['logFormat'] ?? context.env['BZZZ_LOG_FORMAT']) === 'json' ? 'json' : 'text',
  });
  const peer = createPeer(config, { logger, face: gatewayFace });
  parts.defer(() => peer.stop());
  const onInterrupt = () => void peer.stop();
  context.interrupted.addEventListener('abort', onInterrupt, { once: true });
  try {
    if (context.interrupted.aborted) return;
    await peer.start();
    if (!context.interrupted.aborted) {
      announce(context, options, { config, forge, id: peer.id(), addresses: peer.addresses() });
    }
    const reason = await peer.ended;
    if (reason !== null) throw reason;
  } finally {
    context.interrupted.removeEventListener('abort', onInterrupt);
  }
}

/** What was read out of the environment is not handed on, to whatever the peer may start. */
function forgetSecrets(): void {
  for (const { env, secret } of settings) if (secret) delete process.env[env];
}

/** Loaded only where it is used: other commands are quicker without. */
async function startForge(dataDir: string): Promise<EmbeddedForge> {
  const { startEmbeddedForge } = await import('../embedded/embedded-forge.ts');
  return startEmbeddedForge(dataDir);
}

/** Nothing says which forge, so the embedded one is meant. */
async function needsForge({ config, origins }: LoadedConfig): Promise<boolean> {
  if (tokenSources.some((name) => config.forge[name] !== undefined)) return false;
  const named = ['forge.apiUrl', 'forge.gitUrl', 'repositories'].filter(
    (path) => (origins.get(path)?.source ?? 'default') !== 'default',
  );
  if (named.length === 0) {
    // The others work on another forge: it would take part in the mesh and do nothing of its work.
    if (!(await isGuest(config))) return true;
    throw new BzzzError('cli_forge_unset', 'this machine joined a mesh, and no token is set');
  }
  const reason = `${named.join(' and ')} ${named.length === 1 ? 'is' : 'are'} set, but no token`;
  throw new BzzzError('cli_forge_unset', reason);
}

/** The embedded forge is on loopback, so its peers stay there too unless told otherwise. */
function withForge({ config, origins }: LoadedConfig, forge: EmbeddedForge): Config {
  const unset = (path: string) => (origins.get(path)?.source ?? 'default') === 'default';
  return {
    ...config,
    repositories: [forge.sample.repo],
    forge: { apiUrl: forge.url, gitUrl: forge.url, tokenFile: forge.tokenFile },
    mesh: {
      ...config.mesh,
      ...(unset('mesh.listen') ? { listen: ['/ip4/127.0.0.1/tcp/0'] } : {}),
      ...(unset('mesh.mdns') ? { mdns: false } : {}),
    },
    timing: {
      ...config.timing,
      // It answers at once and never lags, and nobody counts its requests.
      ...(unset('timing.pollMs') ? { pollMs: 1_000 } : {}),
      ...(unset('timing.lagMs') ? { lagMs: 0 } : {}),
    },
    liveness: {
      ...config.liveness,
      ...(unset('liveness.preset') ? { preset: 'local' as const } : {}),
    },
  };
}

interface Up {
  readonly config: Config;
  readonly forge: EmbeddedForge | null;
  readonly id: string | null;
  readonly addresses: readonly string[];
}

/** One line of JSON for whoever started us, or a few for a person. */
function announce({ terminal }: Context, options: Options, up: Up): void {
  const { config, forge, id, addresses } = up;
  if (wantsJson(options)) {
    const { name, dataDir, repositories } = config;
    const { apiUrl } = config.forge;
    const facts = { peer: id, name, pid: process.pid, dataDir, addresses, apiUrl, repositories };
    terminal.print(JSON.stringify({ ...facts, embeddedForge: forge !== null, version }));
    return;
  }
  terminal.print(`bzzz ${version}: peer ${terminal.style('bold', config.name)} (${id}) is up.`);
  if (forge !== null) {
    const { repo } = forge.sample;
    terminal.print('No token is configured, so an embedded forge runs in this process:');
    terminal.print(
      `  ${forge.url}, with the sample repository ${repo} (git clone ${forge.url}/${repo}.git)`,
    );
  } else terminal.print(`  works on ${config.repositories.join(', ') || 'no repository'}`);
  for (const address of addresses) terminal.print(`  listens on ${address}`);
  const data = config.dataDir === join(homedir(), '.bzzz') ? '' : ` --data ${config.dataDir}`;
  terminal.print(
    `Elsewhere: \`bzzz open${data}\` (the page), \`bzzz status${data}\`, \`bzzz logs -f${data}\`. Ctrl-C stops it.`,
  );
}

function levelOf(given: unknown): LogLevel {
  if (given === undefined || given === '') return 'info';
  const level = logLevels.find((known) => known === given);
  if (level !== undefined) return level;
  throw new BzzzError('cli_usage', `BZZZ_LOG_LEVEL: none of ${logLevels.join(', ')}`);
}
