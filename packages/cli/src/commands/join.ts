/** A new machine's way into a mesh. */
import { join } from 'node:path';
import { createSecretFile, joinMesh, refuseSharedFolder } from '@bzzz/peer';
import { parseInvite } from '@bzzz/protocol';
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
import { shortId } from '../output/units.ts';
import { printable } from '../terminal.ts';
import { givenIn } from './init.ts';

export function joinCommand(program: Command, context: Context): void {
  const command = program
    .command('join')
    .argument('<code>', 'what `bzzz invite` printed on a machine of the mesh')
    .description('join a mesh: identity, network key, who belongs to it, commented configuration');
  withSettingOptions(withCommonOptions(command)).action((code: string, options: Options) =>
    joinBy(context, code, options),
  );
}

async function joinBy(context: Context, code: string, options: Options): Promise<void> {
  const invite = parseInvite(code);
  const loaded = await configOf(context, options);
  const { dataDir, name } = loaded.config;
  await refuseSharedFolder(loaded.config);
  const joined = await joinMesh(invite, { dataDir, name, signal: context.interrupted });
  const configFile = join(dataDir, 'bzzz.yml');
  const given = new Map([
    ['mesh.name', joined.mesh],
    ['mesh.bootstrap', joined.addresses],
    ...givenIn(loaded),
  ]);
  const isWritten = await createSecretFile(configFile, configTemplate(given).trimEnd());
  if (wantsJson(options)) return printJson(context, { ...joined, name, configFile, isWritten });
  const { terminal } = context;
  terminal.print(
    `This peer is ${terminal.style('bold', name)}, ${shortId(joined.peer)}, one of ${joined.members} in the mesh ${printable(joined.mesh)}.`,
  );
  if (isWritten) terminal.print(`made  configuration ${configFile}`);
  else {
    terminal.print(`kept  configuration ${configFile}. Let it say:`);
    terminal.print(`  mesh: ${JSON.stringify({ name: joined.mesh, bootstrap: joined.addresses })}`);
  }
  terminal.print('');
  // An embedded forge would be of no use to a mesh that is there.
  terminal.print(nextStep(loaded.config)[0] ?? '');
}
