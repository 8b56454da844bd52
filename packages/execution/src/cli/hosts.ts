/** The hosts of the policy, for a coding tool: beside its way to the model API, which is there in any case. */
import type { ExecutorRequest, Network, PromptJob } from '@bzzz/coordination';
import type { Reach } from '../egress/reach.ts';
import { serveHosts } from '../egress/way-out.ts';
import type { LaunchFolder } from './launch/folder.ts';

export interface OpenHosts {
  /** As far as they may be reached now. */
  hosts(): Network;
  /** What the proxy did not let through. */
  objections(): readonly string[];
  /** For good. Idempotent. */
  close(): Promise<void>;
}

export async function openHosts(
  reach: Reach,
  folder: LaunchFolder,
  { job, limits }: ExecutorRequest<PromptJob>,
): Promise<OpenHosts> {
  let hosts = job.network ?? [];
  const out = { hosts, downBytesMax: limits.diskBytesMax };
  const egress = hosts.length === 0 ? null : await serveHosts(folder, reach, out);
  return {
    hosts: () => hosts,
    objections: () => [...(egress?.objections ?? [])],
    async close() {
      hosts = [];
      await egress?.close();
    },
  };
}

/** Where somebody else opens and closes them, and tells what was refused. */
export function hostsElsewhere(
  network: Network,
  told: { readonly refused: readonly string[] },
): OpenHosts {
  let hosts = network;
  return {
    hosts: () => hosts,
    objections: () => told.refused,
    close() {
      hosts = [];
      return Promise.resolve();
    },
  };
}
