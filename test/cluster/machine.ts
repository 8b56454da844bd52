/** What this machine lacks for a scenario. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { skewLibrary } from '@bzzz/cli';
import { namespacesDenied } from '../e2e/harness/namespaces.ts';
import type { Need } from './scenario.ts';

const run = promisify(execFile);

/** By need, why it cannot be met; a need that is not there is met. */
export async function lacks(): Promise<ReadonlyMap<Need, string>> {
  const missing = new Map<Need, string>();
  const hosts = (await namespacesDenied()) ?? (await rulesDenied());
  if (hosts !== undefined) missing.set('hosts', hosts);
  if (skewLibrary() === undefined) missing.set('skew', 'libfaketime is not installed');
  return missing;
}

async function rulesDenied(): Promise<string | undefined> {
  const probe =
    'nft add table bridge probe && ip link add probe1 type veth peer name probe2 && tc qdisc add dev probe1 root tbf rate 1mbit burst 16kb latency 1s';
  try {
    await run('unshare', ['--net', 'sh', '-c', probe]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
