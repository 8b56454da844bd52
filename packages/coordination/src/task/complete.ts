/** From a published result to the end of the task: its pull request, and what other peers say of it. */
import { isBzzzError, limits, taskParts } from '@bzzz/protocol';
import type { Holding } from '../fence/holding.ts';
import type { PullRequestText } from '../ports/index.ts';
import { forgeWork } from './insist.ts';
import { adoptedText } from './texts.ts';
import { type VerifyDeps, type VerifyOptions, verifyResult } from './verify.ts';
import type { Visible } from './visible.ts';

export type Completed =
  | { readonly state: 'done'; readonly pullRequest: number; readonly reason: string }
  | { readonly state: 'failed'; readonly reason: string };

export interface CompleteDeps extends VerifyDeps {
  readonly visible: Pick<Visible, 'done' | 'failed' | 'finished' | 'verdicts' | 'ready'>;
}

export type CompleteOptions = VerifyOptions;

/** Completes what people see of a result whose evidence went away with the peer that had it. */
export async function adopt(
  deps: CompleteDeps,
  options: CompleteOptions,
  holding: Holding,
  signal: AbortSignal,
): Promise<Completed> {
  const { record } = holding.tip();
  const { repo, number } = taskParts(record.task);
  const [latest] = await forgeWork(deps, options, record, signal, () =>
    deps.forge.findPullRequests(repo, number, { signal }),
  );
  if (latest === undefined) {
    return complete(deps, options, holding, adoptedText(record, options.peerName), signal);
  }
  if (latest.state === 'open' && latest.draft) {
    return judged(deps, options, holding, latest.number, signal);
  }
  const how = latest.state === 'open' ? 'ready for review' : 'in the hands of people';
  return finished(deps, holding, latest.number, how, signal);
}

/** Opens the pull request. When the forge will never take it, a person is told instead. */
export async function complete(
  deps: CompleteDeps,
  options: CompleteOptions,
  holding: Holding,
  text: PullRequestText,
  signal: AbortSignal,
): Promise<Completed> {
  const { record } = holding.tip();
  let pullRequest: number;
  try {
    pullRequest = await deps.visible.done(record, text, signal);
  } catch (error) {
    if (signal.aborted || !isBzzzError(error)) throw error;
    deps.trouble.tell(error, record.task);
    const reason = `the result is published, but no pull request can be opened: ${error.reason}`;
    await deps.visible.failed(record, reason, signal);
    return { state: 'failed', reason: short(reason) };
  }
  return judged(deps, options, holding, pullRequest, signal);
}

/** Has other peers judge the result. */
async function judged(
  deps: CompleteDeps,
  options: CompleteOptions,
  holding: Holding,
  pullRequest: number,
  signal: AbortSignal,
): Promise<Completed> {
  const tip = holding.tip();
  let how: string;
  try {
    how = await verifyResult(deps, options, { tip, pullRequest }, signal);
  } catch (error) {
    if (signal.aborted || !isBzzzError(error)) throw error;
    deps.trouble.tell(error, tip.record.task);
    how = `unverified: ${error.reason}`;
  }
  return finished(deps, holding, pullRequest, how, signal);
}

async function finished(
  deps: CompleteDeps,
  holding: Holding,
  pullRequest: number,
  how: string,
  signal: AbortSignal,
): Promise<Completed> {
  await deps.visible.finished(holding.tip().record, pullRequest, how, signal);
  return { state: 'done', pullRequest, reason: short(how) };
}

function short(text: string): string {
  return text.slice(0, limits.reasonCharsMax).toWellFormed();
}
