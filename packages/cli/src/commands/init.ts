import { access } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createSecretFile,
  layoutOf,
  type LoadedConfig,
  makeDataFolder,
  openIdentity,
  openMeshKey,
  showConfig,
} from '@bzzz/peer';
import type { Command } from 'commander';
import {
  configOf,
  type Context,
  type Options,
  printJson,
  withCommonOptions,
  withSettingOptions,
  wantsJson,
} from '../context.ts';
import { configTemplate } from '../output/config-template.ts';

export function initCommand(program: Command, context: Context): void {
  const command = program
    .command('init')
    .description('make the data folder: identity, network key, commented configuration')
    .addHelpText('after', '\nSafe to run again: what is there is kept.');
  withSettingOptions(withCommonOptions(command)).action((options: Options) =>
    init(context, options),
  );
}

async function init(context: Context, options: Options): Promise<void> {
  const loaded = await configOf(context, options);
  const { config } = loaded;
  const layout = layoutOf(config.dataDir);
  const ownKey = config.mesh.key === undefined && config.mesh.keyFile === undefined;
  const before = {
    identity: await exists(layout.identityKey),
    meshKey: !ownKey || (await exists(layout.meshKey)),
  };
  await makeDataFolder(config.dataDir);
  const { peer } = await openIdentity(layout);
  await openMeshKey(config.mesh, layout);
  const configFile = join(config.dataDir, 'bzzz.yml');
  const written = await createSecretFile(configFile, configTemplate(givenIn(loaded)).trimEnd());
  const result = {
    peer,
    name: config.name,
    dataDir: config.dataDir,
    made: { identity: !before.identity, meshKey: !before.meshKey, config: written },
    identityFile: layout.identityKey,
    meshKeyFile: config.mesh.keyFile ?? layout.meshKey,
    configFile,
  };
  if (wantsJson(options)) return printJson(context, result);
  describe(context, loaded, result);
}

/** What the command line set, as checked and with its paths made absolute. No flag holds a secret. */
function givenIn(loaded: LoadedConfig): ReadonlyMap<string, unknown> {
  const byFlag = showConfig(loaded).filter(({ origin }) => origin.source === 'flag');
  return new Map(byFlag.map(({ path, value }) => [path, value]));
}

interface Result {
  readonly peer: string;
  readonly made: {
    readonly identity: boolean;
    readonly meshKey: boolean;
    readonly config: boolean;
  };
  readonly identityFile: string;
  readonly meshKeyFile: string;
  readonly configFile: string;
}

function describe({ terminal }: Context, { config }: LoadedConfig, result: Result): void {
  const { made } = result;
  const line = (what: string, isNew: boolean, file: string) =>
    terminal.print(
      `${isNew ? terminal.style('green', 'made') : 'kept'}  ${what.padEnd(13)} ${file}`,
    );
  terminal.print(`This peer is ${terminal.style('bold', config.name)}, ${result.peer}.`);
  line('identity', made.identity, result.identityFile);
  line('network key', made.meshKey, result.meshKeyFile);
  line('configuration', made.config, result.configFile);
  terminal.print('');
  terminal.print('Next: name your repositories and a token in the configuration, then `bzzz up`.');
  terminal.print('Without a token `bzzz up` starts an embedded forge with a sample to try.');
  terminal.print(
    'Another machine joins this mesh with a copy of the network key in its data folder.',
  );
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
