import { type Check, createControlClient, diagnose, diagnoseNet, meshKeys } from '@bzzz/peer';
import { BzzzError, isBzzzError } from '@bzzz/protocol';
import type { Command } from 'commander';
import {
  configOf,
  type Context,
  dataDirOf,
  type Options,
  printJson,
  withCommonOptions,
  wantsJson,
} from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { printable, type Terminal } from '../terminal.ts';

export function doctorCommand(program: Command, context: Context): void {
  const command = program
    .command('doctor')
    .description('find out what keeps the peer from its work, running or not; 1 if anything');
  command.option('--refresh', 'let the running peer look anew what this machine has, and offer it');
  withCommonOptions(command).action((options: Options) => doctor(context, options));
  const net = command
    .enablePositionalOptions()
    .command('net')
    .argument('[addresses...]', 'multiaddrs of other peers to look at, as /ip4/10.0.0.5/tcp/4801')
    .description('find out why this peer and others do not connect');
  withCommonOptions(net).action((addresses: string[], options: Options) =>
    print(context, options, () => examineNet(context, addresses, options)),
  );
}

function doctor(context: Context, options: Options): Promise<void> {
  return print(context, options, () => examine(context, options));
}

async function print(
  context: Context,
  options: Options,
  look: () => Promise<readonly Check[]>,
): Promise<void> {
  const { terminal } = context;
  const checks = await look();
  if (checks.some(({ ok }) => !ok)) context.exitWith(exitCodes.failure);
  if (wantsJson(options)) return printJson(context, { checks });
  for (const check of checks) {
    for (const line of checkLines(terminal, check)) terminal.print(line);
  }
}

/** By the running peer, which knows most; otherwise from its configuration. */
async function examine(context: Context, options: Options): Promise<Check[]> {
  const { interrupted: signal } = context;
  const dataDir = await dataDirOf(context, options).catch(() => null);
  try {
    if (dataDir === null) return await withoutPeer(context, options);
    const client = createControlClient(dataDir);
    if (options['refresh'] === true) await client.refresh({ signal });
    const { checks } = await client.doctor({ signal });
    return [{ name: 'peer', ok: true, detail: 'runs', advice: null }, ...checks];
  } catch (error) {
    if (!isBzzzError(error, 'peer_not_running')) throw error;
    return withoutPeer(context, options);
  }
}

async function examineNet(
  context: Context,
  addresses: readonly string[],
  options: Options,
): Promise<readonly Check[]> {
  const wrong = addresses.find((one) => !one.startsWith('/'));
  if (wrong !== undefined) {
    throw new BzzzError('cli_usage', `${wrong}: not a multiaddr, such as /ip4/10.0.0.5/tcp/4801`);
  }
  const { interrupted: signal } = context;
  try {
    const client = createControlClient(await dataDirOf(context, options));
    const { checks } = await client.doctorNet({ addresses: [...addresses] }, { signal });
    return [{ name: 'peer', ok: true, detail: 'runs', advice: null }, ...checks];
  } catch (error) {
    if (!isBzzzError(error, 'peer_not_running')) throw error;
    const { config } = await configOf(context, options);
    const keys = await meshKeys(config);
    const found = await diagnoseNet(config, { addresses, keys, live: null, signal });
    const advice = 'Start it with `bzzz up`.';
    return [{ name: 'peer', ok: false, detail: 'does not run', advice }, ...found];
  }
}

async function withoutPeer(context: Context, options: Options): Promise<Check[]> {
  const advice = 'Start it with `bzzz up`.';
  const peer: Check = { name: 'peer', ok: false, detail: 'does not run', advice };
  try {
    const { config } = await configOf(context, options);
    return [peer, ...(await diagnose(config, { live: null, signal: context.interrupted }))];
  } catch (error) {
    if (!isBzzzError(error, 'config_invalid')) throw error;
    const { reason, advice } = error;
    return [peer, { name: 'configuration', ok: false, detail: reason, advice }];
  }
}

function checkLines(terminal: Terminal, check: Check): string[] {
  const mark = check.ok ? terminal.style('green', 'ok   ') : terminal.style('red', 'WRONG');
  const line = `${mark} ${check.name}: ${printable(check.detail)}`;
  return check.advice === null ? [line] : [line, `      ${printable(check.advice)}`];
}
