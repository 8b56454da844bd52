/** Whether a crash of this process would write its memory, with its keys and tokens, to a disk. */
import { readFile } from 'node:fs/promises';
import type { Check } from '@bzzz/protocol/api';
import { bad, good } from './checks.ts';

const collected = bad(
  'core files',
  'this machine gives the memory of what crashes to a program (kernel.core_pattern), with keys and tokens in it',
  'Start it by `bzzz` itself, which leaves nothing to give (coredump_filter).',
);

/** A pipe gets what the filter lets through, whatever the limit is. */
async function isCollected(): Promise<boolean> {
  const pattern = await readFile('/proc/sys/kernel/core_pattern', 'utf8').catch(() => '');
  const filter = await readFile('/proc/self/coredump_filter', 'utf8').catch(() => '0');
  return pattern.startsWith('|') && Number.parseInt(filter, 16) !== 0;
}

export async function checkCoreFiles(): Promise<Check> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const [, soft] = /^Max core file size +(\S+)/m.exec(limits) ?? [];
  if (soft === '0')
    return (await isCollected()) ? collected : good('core files', 'a crash leaves none');
  const advice =
    'Start it by `bzzz` itself, or with `LimitCORE=0` (systemd), `ulimits: { core: 0 }` (compose), `--ulimit core=0` (docker).';
  return bad('core files', 'a crash would leave one, with keys and tokens in it', advice);
}
