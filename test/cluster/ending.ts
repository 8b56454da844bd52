/**
 * Whether every issue has ended once, looked at from outside: what the forge's repository and its
 * API show, and what the peers wrote into their journals.
 */
import { account } from '../e2e/harness/peer.ts';
import { type Verdict, verdictOf } from '../races/verdict.ts';
import type { Cluster } from './cluster.ts';
import { openGates } from './moves.ts';

export interface Ending extends Verdict {
  /** Pull requests of its result branch, in every state. */
  readonly pulls: number;
  /** Comments of the account that the peers share. */
  readonly comments: number;
  /** Peers whose journal says that they have done it. */
  readonly doneBy: readonly string[];
}

/** Lets every command go on. Resolves when every issue has ended once; throws as soon as one cannot any more. */
export async function untilEndedOnce(cluster: Cluster): Promise<Ending[]> {
  const { stage, issues, peers } = cluster;
  const endings = await stage.until('every issue has ended', async () => {
    await openGates(peers);
    const all = await endingsOf(cluster);
    for (const ending of all) refuseTwice(ending);
    return all.every(hasEnded) && all;
  });
  if (endings.length !== issues.length || issues.length === 0) throw new Error('nothing was shown');
  return endings;
}

function hasEnded({ state, published, stale, pulls, comments, doneBy }: Ending): boolean {
  // Below zero: its branches have moved while they were read.
  const isOnce = published === 1 && stale === 0 && pulls === 1 && doneBy.length === 1;
  return state === 'result' && isOnce && comments <= 1;
}

/**
 * Its holder may be gone with its journal; nobody else may have ended it. Of comments there may be two for a while, where one
 * took over before the answer to the other came: the oldest goes on, and who writes next deletes the rest.
 */
function refuseTwice(ending: Ending): void {
  const { number, published, stale, pulls, doneBy } = ending;
  const isOnce = stale <= 0 && [published, pulls, doneBy.length].every((n) => n <= 1);
  if (!isOnce) throw new Error(`#${number} has not ended once: ${JSON.stringify(ending)}`);
  if (ending.state === 'failed') throw new Error(`#${number} was left to a person`);
}

async function endingsOf({ forge, issues, peers }: Cluster): Promise<Ending[]> {
  const pulls = await forge.pullRequests();
  const living = peers.filter((peer) => !peer.process().hasEnded());
  const journals = await Promise.all(
    living.map(async (peer) => ({ name: peer.name, entries: await peer.journal() })),
  );
  return Promise.all(
    issues.map(async (number) => {
      const task = `${forge.repo}#${number}`;
      const comments = await forge.comments(number);
      return {
        ...(await verdictOf(forge, number)),
        pulls: pulls.filter(({ head }) => head.ref === `bzzz/issue-${number}`).length,
        comments: comments.filter(({ user }) => user.login === account).length,
        doneBy: journals.flatMap(({ name, entries }) =>
          entries
            .filter((body) => body.kind === 'task.ended' && body['task'] === task)
            .filter((body) => body['state'] === 'done')
            .map(() => name),
        ),
      };
    }),
  );
}
