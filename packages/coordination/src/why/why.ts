/**
 * `bzzz why`: answers other peers that ask about us, and asks all of them for a person. What we say
 * is what we decide by; what others say is their word.
 */
import {
  type PeerId,
  type TaskId,
  type WhyRequest,
  type WhyResponse,
  whyProtocol,
} from '@bzzz/protocol';
import type { Membership } from '../membership/membership.ts';
import type { Mesh } from '../ports/index.ts';
import { ask, type Asked, askMembers } from './ask.ts';
import { whyIdle } from './idle.ts';
import { type PeerReport, peerReport, type TaskReport, taskReport } from './report.ts';
import { tell } from './sentence.ts';
import type { WhySources } from './sources.ts';
import { whyTask } from './task.ts';

export interface WhyDeps {
  readonly mesh: Mesh;
  readonly membership: Membership;
  readonly sources: () => WhySources;
}

export interface Why {
  /** For every peer its reason to take the task or not. Throws only on abort. */
  task(task: TaskId, signal: AbortSignal): Promise<TaskReport>;
  /** Why this peer is idle; undefined: nobody knows of it. Throws only on abort. */
  peer(peer: PeerId, signal: AbortSignal): Promise<PeerReport | undefined>;
  stop(): void;
}

export function startWhy({ mesh, membership, sources }: WhyDeps): Why {
  function answer(request: WhyRequest): WhyResponse {
    const now = sources();
    if ('peer' in request) return whyIdle(now);
    return { about: 'task', ...tell(whyTask(now, request.task)) };
  }

  function ourselves(request: WhyRequest): Asked {
    const { peer, name } = sources().self;
    return { peer, name, self: true, answer: answer(request) };
  }

  const stop = mesh.handle(whyProtocol, async (_from, request) => answer(request));
  return {
    stop,
    async task(task, signal) {
      const others = await askMembers({ mesh, membership }, { task }, signal);
      const title = sources().tasks.find((one) => one.task === task)?.title ?? '';
      return taskReport({ task, title }, [ourselves({ task }), ...others]);
    },
    async peer(peer, signal) {
      if (peer === mesh.peer) return peerReport(ourselves({ peer: true }));
      const member = membership.get(peer);
      return member && peerReport(await ask({ mesh }, member, { peer: true }, signal));
    },
  };
}
