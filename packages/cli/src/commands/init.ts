import { access } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createSecretFile,
  foundMesh,
  layoutOf,
  type LoadedConfig,
  makeDataFolder,
  openIdentity,
  openMeshKey,
  refuseSharedFolder,
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
import { nextStep } from '../output/next-step.ts';

export function initCommand(program: Command, context: Context): void {
  const command = program
    .command('init')
    .description('make the data folder: identity, network key, commented configuration')
    .option('--found', 'admit members from here, also where the network key was there before')
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
    operator: await exists(layout.operatorKey),
  };
  await refuseSharedFolder(config);
  await makeDataFolder(config.dataDir);
  const identity = await openIdentity(layout);
  const { peer } = identity;
  // Whoever makes a mesh admits its members; whoever brings a key belongs to a mesh that is there.
  const isFounder = options['found'] === true || before.operator || (ownKey && !before.meshKey);
  const operator = isFounder
    ? await foundMesh(layout, { identity, mesh: config.mesh.name, name: config.name })
    : null;
  // After it: a network key that is there says that the mesh was made.
  await openMeshKey(config.mesh, layout);
  const configFile = join(config.dataDir, 'bzzz.yml');
  const written = await createSecretFile(configFile, configTemplate(givenIn(loaded)).trimEnd());
  const result = {
    peer,
    name: config.name,
    dataDir: config.dataDir,
    made: {
      identity: !before.identity,
      meshKey: !before.meshKey,
      operator: operator !== null && !before.operator,
      config: written,
    },
    operator,
    operatorFile: layout.operatorKey,
    identityFile: layout.identityKey,
    meshKeyFile: config.mesh.keyFile ?? layout.meshKey,
    configFile,
  };
  if (wantsJson(options)) return printJson(context, result);
  describe(context, loaded, result);
}

/** What the command line set, as checked and with its paths made absolute. No flag holds a secret. */
export function givenIn(loaded: LoadedConfig): ReadonlyMap<string, unknown> {
  const byFlag = showConfig(loaded).filter(({ origin }) => origin.source === 'flag');
  return new Map(byFlag.map(({ path, value }) => [path, value]));
}

interface Result {
  readonly peer: string;
  readonly made: {
    readonly identity: boolean;
    readonly meshKey: boolean;
    readonly operator: boolean;
    readonly config: boolean;
  };
  /** Null: this machine admits nobody. */
  readonly operator: string | null;
  readonly identityFile: string;
  readonly operatorFile: string;
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
  if (result.operator !== null) line('operator key', made.operator, result.operatorFile);
  line('configuration', made.config, result.configFile);
  terminal.print('');
  for (const step of nextStep(config)) terminal.print(step);
  terminal.print(
    result.operator === null
      ? `Its operator lets it in: \`bzzz peers admit ${result.peer} ${config.name}\` where the operator key lies. If there is none: \`bzzz init --found\` here.`
      : 'Another machine joins with what `bzzz invite` prints here while this peer runs.',
  );
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
