/** What every command gets, and the options that every command has. */
import { Command } from 'commander';
import {
  type ControlClient,
  createControlClient,
  type Environment,
  type Flags,
  loadConfig,
  type LoadedConfig,
  settings,
} from '@bzzz/peer';
import { resolve } from 'node:path';
import { terminalUser } from './terminal-user.ts';
import { safeJson, type Terminal } from './terminal.ts';

export interface Context {
  readonly terminal: Terminal;
  readonly env: Environment;
  /** Fires at the first Ctrl-C, of commands that wait. */
  readonly interrupted: AbortSignal;
  /** What the process will exit with, unless something is thrown. */
  exitWith(code: number): void;
}

/** Options as commander reads them. */
export type Options = Readonly<Record<string, unknown>>;

/** `--data`, `--config`, `--json`. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--data <dir>', 'data folder of the peer ($BZZZ_DATA_DIR, default ~/.bzzz)')
    .option('--config <file>', 'configuration ($BZZZ_CONFIG, ./bzzz.yml, DIR/bzzz.yml)')
    .option('--json', 'answer as JSON');
}

/** Every setting that has a flag. */
export function withSettingOptions(command: Command): Command {
  for (const { flag, kind, help, env, path } of settings) {
    if (flag === null || path === 'dataDir') continue;
    const text = `${help} ($${env})`;
    if (kind === 'boolean')
      command.option(flag, text).option(flag.replace('--', '--no-'), 'do not');
    else command.option(kind === 'list' ? `${flag} <item...>` : `${flag} <value>`, text);
  }
  return command;
}

function flagsOf(options: Options): Flags {
  const flags = settings.flatMap(({ flag, path }) => {
    const value = flag === null ? undefined : options[attribute(flag)];
    return isFlag(value) ? [[path, value] as const] : [];
  });
  return Object.fromEntries(flags);
}

/** With all settings that stand on the command line. */
export function configOf(context: Context, options: Options): Promise<LoadedConfig> {
  return load(context, options, flagsOf(options));
}

/** Of a peer that somebody else started, by the words and the environment that it was started with. */
export function configAsStarted(start: {
  /** Behind the name of the program. */
  readonly args: readonly string[];
  readonly env: Environment;
  readonly cwd: string;
}): Promise<LoadedConfig> {
  const command = withSettingOptions(withCommonOptions(new Command('up')));
  const words = start.args.slice(start.args.indexOf('up') + 1);
  command.allowUnknownOption().allowExcessArguments().exitOverride();
  const options: Options = command.parse([...words], { from: 'user' }).opts();
  const { env, cwd } = start;
  const file = typeof options['config'] === 'string' ? { file: options['config'] } : {};
  const flags = { ...flagsOf(options), ...dataFlag(options) };
  return loadConfig({ env, cwd, flags, ...file });
}

function dataFlag({ data }: Options): Flags {
  return typeof data === 'string' ? { dataDir: data } : {};
}

/** The data folder, without looking at a configuration where it is named outright, unless one is named too. */
export async function dataDirOf(context: Context, options: Options): Promise<string> {
  const named = options['data'] ?? (context.env['BZZZ_DATA_DIR'] || undefined);
  if (typeof named === 'string' && options['config'] === undefined) return resolve(named);
  // Commands that ask a running peer have options of their own, which are no settings.
  const { dataDir } = (await load(context, options, {})).config;
  return typeof named === 'string' ? resolve(named) : dataDir;
}

function load(context: Context, { config: file }: Options, flags: Flags): Promise<LoadedConfig> {
  return loadConfig({ env: context.env, flags, ...(typeof file === 'string' ? { file } : {}) });
}

export async function clientOf(context: Context, options: Options): Promise<ControlClient> {
  return createControlClient(await dataDirOf(context, options), {
    user: terminalUser(context.env),
  });
}

export function wantsJson(options: Options): boolean {
  return options['json'] === true;
}

export function printJson({ terminal }: Context, value: unknown): void {
  terminal.print(safeJson(value, 2));
}

/** `--mesh-key-file` is `meshKeyFile` to commander. */
function attribute(flag: string): string {
  return flag.slice(2).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function isFlag(value: unknown): value is string | boolean | readonly string[] {
  return typeof value === 'string' || typeof value === 'boolean' || Array.isArray(value);
}
