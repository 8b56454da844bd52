/** Drain, pause and resume: this peer, another one, all of them, or the attempt at one task. */
import type { PeerId, PeerOrder, TaskId } from '@bzzz/protocol';
import type { PauseRequest } from '@bzzz/protocol/api';
import type { z } from 'zod';
import { actingOf } from './acting.ts';
import { findPeer } from './find-peer.ts';
import { findTask } from './find-task.ts';
import type { Acting, Asker, Operations } from './operations.ts';
import type { OperationsTarget } from './target.ts';

type Acted = (act: Acting & { act: string; about: string; task?: TaskId }) => Promise<void>;

export function peerOrders(
  { coordinator, orders }: Pick<OperationsTarget, 'coordinator' | 'orders'>,
  acted: Acted,
): Pick<Operations, 'orderPeer' | 'pause'> {
  const isPaused = () => coordinator.view().self.paused === true;

  async function orderMesh(order: PeerOrder, asker: Asker): Promise<boolean> {
    await acted({ ...actingOf(asker), act: order, about: 'new work of the mesh' });
    await coordinator.pause('mesh', order === 'drain');
    return isPaused();
  }

  function give(peer: PeerId, order: PeerOrder, asker: Asker, task?: TaskId): Promise<boolean> {
    const request = { order, by: asker.by, ...(task === undefined ? {} : { task }) };
    return orders.give(peer, request, { signal: asker.signal });
  }

  /** Said to whoever works on it. */
  async function pauseTask(id: string, paused: boolean, asker: Asker): Promise<boolean> {
    const { self, tasks } = coordinator.view();
    const { task, holder } = findTask(tasks, id);
    const order = paused ? 'pause' : 'resume';
    await acted({ ...actingOf(asker), act: order, about: `the attempt at ${task}`, task });
    await give(holder ?? self.peer, order, asker, task);
    return isPaused();
  }

  return {
    async orderPeer(request, asker) {
      const { order } = request;
      if ('mesh' in request) {
        return { order, peer: null, name: null, paused: await orderMesh(order, asker) };
      }
      const { self, members } = coordinator.view();
      const { peer, name } = findPeer(members, request.peer ?? self.peer);
      const about = peer === self.peer ? 'this peer' : name;
      await acted({ ...actingOf(asker), act: order, about });
      return { order, peer, name, paused: await give(peer, order, asker) };
    },
    async pause(request: z.output<typeof PauseRequest>, asker) {
      const { paused, scope } = request;
      if (scope === 'task') return pauseTask(request.task, paused, asker);
      if (scope === 'mesh') return orderMesh(paused ? 'drain' : 'resume', asker);
      const act = paused ? { self: 'drain', attempts: 'pause' }[scope] : 'resume';
      const about = scope === 'self' ? 'new work of this peer' : 'all work of this peer';
      await acted({ ...actingOf(asker), act, about });
      await coordinator.pause(scope, paused);
      return isPaused();
    },
  };
}
