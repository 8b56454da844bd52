/** A peer in one file, and a data folder made of it again. */
import { resolve } from 'node:path';
import { makeBackup, readBackup, refuseSharedFolder, restoreBackup, writeBackup } from '@bzzz/peer';
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

export function backupCommand(program: Command, context: Context): void {
  const command = program
    .command('backup')
    .argument('<file>', 'is made; it holds the keys of the peer')
    .description('put identity, keys and settings of the peer into a file; it may run meanwhile')
    .addHelpText(
      'after',
      '\nJournals are not in it: one that went on from an old copy would fork. Other peers keep them.',
    );
  withCommonOptions(command).action(async (file: string, options: Options) => {
    const dataDir = await dataDirOf(context, options);
    const backup = await makeBackup(dataDir, Date.now());
    await writeBackup(resolve(file), backup);
    const { peer, journals } = backup;
    const names = backup.files.map(({ name }) => name);
    if (wantsJson(options)) return printJson(context, { peer, journals, files: names, dataDir });
    context.terminal.print(`The peer ${peer} is in ${file}: ${names.join(', ')}.`);
    context.terminal.print('Whoever has this file can be this peer: keep it as you keep keys.');
  });
}

export function restoreCommand(program: Command, context: Context): void {
  const command = program
    .command('restore')
    .argument('<file>', 'that `bzzz backup` made')
    .description('make a data folder of a backup: the same peer, with a journal that begins anew')
    .addHelpText(
      'after',
      '\nNever where the peer still runs elsewhere. What it wrote before comes back from other peers.',
    );
  withCommonOptions(command).action(async (file: string, options: Options) => {
    const { config } = await configOf(context, options);
    const { dataDir } = config;
    await refuseSharedFolder(config);
    const backup = await readBackup(resolve(file));
    await restoreBackup(dataDir, backup);
    const { peer, journals } = backup;
    if (wantsJson(options)) return printJson(context, { peer, journals, dataDir });
    context.terminal.print(`${dataDir} is the folder of the peer ${peer} again.`);
    context.terminal.print('`bzzz up` begins a new journal; the old one is read from other peers.');
  });
}
