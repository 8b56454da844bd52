/** Whether a crash of this process would write its memory, with its keys and tokens, to a disk. */
import { readFile } from 'node:fs/promises';
import type { Check } from '@bzzz/protocol/api';
import { bad, good } from './checks.ts';

export async function checkCoreFiles(): Promise<Check> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const [, soft] = /^Max core file size +(\S+)/m.exec(limits) ?? [];
  if (soft === '0') return good('core files', 'a crash leaves none');
  const advice =
    'Start it by `bzzz` itself, or with `LimitCORE=0` (systemd), `ulimits: { core: 0 }` (compose), `--ulimit core=0` (docker).';
  return bad('core files', 'a crash would leave one, with keys and tokens in it', advice);
}
