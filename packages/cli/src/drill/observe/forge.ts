/** The fences of the repositories on which the peers work, before and after. */
import { join } from 'node:path';
import { type FenceLink, type FenceReader, type FenceTips, openFences } from '@bzzz/peer';
import {
  BzzzError,
  type Config,
  IssueNumber,
  isBzzzError,
  reasonOf,
  RepoName,
  taskId,
  taskParts,
  TaskId,
  tokenSources,
} from '@bzzz/protocol';
import { configOf } from '../config-of.ts';
import type { TaskEvidence } from '../judge/evidence.ts';
import { type Target, within } from '../targets.ts';

export interface Fences {
  /** All branches, read once. Throws what the forge throws. */
  look(signal: AbortSignal): Promise<FencesSeen>;
  close(): Promise<void>;
}

export interface FencesSeen {
  /** Tasks whose branches have moved since it was opened. */
  readonly moved: readonly string[];
  /** Throws what the forge throws. */
  evidenceOf(task: string): Promise<NonNullable<TaskEvidence['fence']>>;
}

const readMsMax = 60_000;
const nothing: FenceTips = { lock: null, result: null };

/** With the token of one of the peers. Throws what is wrong with the configuration, or what the forge throws. */
export async function openForge(targets: readonly Target[], signal: AbortSignal): Promise<Fences> {
  const [first] = targets;
  if (first === undefined) throw new BzzzError('peer_not_running', 'there is no peer');
  const reader = await openFences(await forgeOf(first));
  try {
    const repos = reposOf(targets);
    const before = await tipsOf(reader, repos, signal);
    return fencesSince(reader, repos, before);
  } catch (error) {
    await reader.close();
    throw error;
  }
}

function fencesSince(
  reader: FenceReader,
  repos: readonly RepoName[],
  before: ReadonlyMap<string, FenceTips>,
): Fences {
  return {
    async look(signal) {
      const now = await tipsOf(reader, repos, signal);
      const tipsAt = (task: string): Tips => ({
        before: before.get(task) ?? nothing,
        now: now.get(task) ?? nothing,
      });
      const moved = [...new Set([...before.keys(), ...now.keys()])].filter((task) => {
        const tips = tipsAt(task);
        return tips.before.lock !== tips.now.lock || tips.before.result !== tips.now.result;
      });
      return { moved, evidenceOf: (task) => evidenceAt(reader, task, tipsAt(task), signal) };
    },
    close: () => reader.close(),
  };
}

interface Tips {
  readonly before: FenceTips;
  readonly now: FenceTips;
}

async function evidenceAt(
  reader: FenceReader,
  task: string,
  tips: Tips,
  signal: AbortSignal,
): Promise<NonNullable<TaskEvidence['fence']>> {
  const id = TaskId.parse(task);
  const { repo, number } = taskParts(id);
  const options = { signal: within(signal, readMsMax) };
  const pulls = await reader.pulls(repo, number, options);
  const above = tips.before.lock;
  const stood = above === null ? null : await linkAt(reader, id, above, options);
  if (typeof stood === 'string') return { ...tips, stood: null, grown: [], broken: stood, pulls };
  if (tips.now.lock === null) return { ...tips, stood, grown: [], broken: null, pulls };
  const { links, broken } = await reader.chain(id, { tip: tips.now.lock, above }, options);
  return { ...tips, stood, grown: links, broken, pulls };
}

/** A text: why it is none. */
async function linkAt(
  reader: FenceReader,
  task: TaskId,
  oid: NonNullable<FenceTips['lock']>,
  options: { readonly signal: AbortSignal },
): Promise<FenceLink | string> {
  try {
    return await reader.link(task, oid, options);
  } catch (error) {
    if (!isBzzzError(error, 'lock_malformed')) throw error;
    return `${oid} is no signed claim: ${reasonOf(error)}`;
  }
}

async function tipsOf(
  reader: FenceReader,
  repos: readonly RepoName[],
  signal: AbortSignal,
): Promise<Map<string, FenceTips>> {
  const tips = new Map<string, FenceTips>();
  for (const repo of repos) {
    const found = await reader.tips(repo, { signal: within(signal, readMsMax) });
    for (const [number, one] of found) tips.set(taskId(repo, IssueNumber.parse(number)), one);
  }
  return tips;
}

function reposOf(targets: readonly Target[]): RepoName[] {
  const names = targets.flatMap(({ status }) => status.forge.watching.map(({ repo }) => repo));
  return [...new Set(names)].map((name) => RepoName.parse(name));
}

/** As that peer has it; one that runs the embedded forge found its token in its own folder. */
async function forgeOf(target: Target): Promise<Config['forge']> {
  const { forge } = await configOf(target);
  if (tokenSources.some((name) => forge[name] !== undefined)) return forge;
  const { apiUrl } = target.status.forge;
  return { apiUrl, gitUrl: apiUrl, tokenFile: join(target.dataDir, 'forge.token') };
}
