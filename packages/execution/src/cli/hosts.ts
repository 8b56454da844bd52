/** The hosts of the policy, for a coding tool: beside its way to the model API, which is there in any case. */
import type { ExecutorRequest, PromptJob } from '@bzzz/coordination';
import type { OpenHosts } from '../egress/elsewhere.ts';
import type { Reach } from '../egress/reach.ts';
import { serveHosts } from '../egress/way-out.ts';
import type { LaunchFolder } from './launch/folder.ts';

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
