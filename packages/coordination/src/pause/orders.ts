/**
 * Drain, pause and resume, said to this peer or by it to another one for a person. Who is told obeys a member only, and
 * only where its own operator lets it; what is obeyed stands in the journals of both, here before it is done. A
 * member can no more by it than by the word for the whole mesh: it stops work, and any operator lets it go on.
 */
import {
  BzzzError,
  isBzzzError,
  memberAsker,
  orderProtocol,
  type PeerId,
  type PeerOrder,
  type PeerOrderRequest,
  type PeerOrderResponse,
  type TaskId,
} from '@bzzz/protocol';
import type { Coordinator } from '../peer/interface.ts';
import type { MemberView } from '../peer/view.ts';
import type { Mesh } from '../ports/index.ts';

export interface OrdersDeps {
  readonly mesh: Pick<Mesh, 'peer' | 'request' | 'handle'>;
  readonly coordinator: Pick<Coordinator, 'pause' | 'note'> & {
    view(): {
      readonly self: { readonly paused?: boolean | undefined };
      readonly attemptsRest: boolean;
      readonly members: readonly Pick<
        MemberView,
        'peer' | 'name' | 'connected' | 'quarantined' | 'removed'
      >[];
    };
  };
}

export interface OrdersOptions {
  /** `own`: nobody else may stop this peer's work, or let it go on. */
  readonly obeys: 'members' | 'own';
}

export interface Orders {
  /**
   * Tells a peer, this one or another; whether it begins nothing new now. Throws `peer_order_refused`, `task_not_here`,
   * `mesh_unreachable`, `timeout`, `aborted`.
   */
  give(
    peer: PeerId,
    request: PeerOrderRequest,
    options: { readonly signal: AbortSignal },
  ): Promise<boolean>;
  stop(): void;
}

export function startOrders({ mesh, coordinator }: OrdersDeps, { obeys }: OrdersOptions): Orders {
  const { view, pause, note } = coordinator;
  const memberOf = (peer: PeerId) => view().members.find((one) => one.peer === peer);

  async function obey(order: PeerOrder, task: TaskId | undefined): Promise<boolean> {
    if (task !== undefined) await pause({ task }, order === 'pause');
    else if (order === 'pause') await pause('attempts', true);
    else {
      await pause('self', order === 'drain');
      // What stands still would never end.
      if (order === 'drain' && view().attemptsRest) await pause('attempts', false);
    }
    return view().self.paused === true;
  }

  async function hear(from: PeerId, request: PeerOrderRequest): Promise<PeerOrderResponse> {
    const member = memberOf(from);
    // Whoever has the network key can connect; only who belongs here, and tells one story, is answered.
    if (member === undefined || member.quarantined || member.removed) {
      throw new BzzzError('mesh_refused', 'it is not a member whose orders are heard');
    }
    if (obeys === 'own') return refused('its operator lets nobody else stop its work');
    const { order, task, by } = request;
    const about = `${task === undefined ? 'this peer' : `the attempt at ${task}`}, as ${by} said there`;
    await note({
      kind: 'operator.acted',
      by: memberAsker(from),
      act: order,
      about,
      ...(task && { task }),
    });
    try {
      return { outcome: 'done', paused: await obey(order, task) };
    } catch (error) {
      if (!isBzzzError(error, 'task_not_here')) throw error;
      return { outcome: 'refused', code: 'task_not_here', reason: error.reason };
    }
  }

  async function ask(
    peer: PeerId,
    request: PeerOrderRequest,
    signal: AbortSignal,
  ): Promise<PeerOrderResponse> {
    const { name = peer, connected = false } = memberOf(peer) ?? {};
    if (!connected) throw new BzzzError('mesh_unreachable', `${name} is not connected`);
    try {
      return await mesh.request(orderProtocol, peer, request, { signal });
    } catch (error) {
      if (!isBzzzError(error, 'mesh_refused')) throw error;
      return refused(
        'it hears no orders from here: of an earlier version, asked too often, or in trouble itself',
      );
    }
  }

  const stop = mesh.handle(orderProtocol, hear);
  return {
    stop,
    async give(peer, request, { signal }) {
      if (peer === mesh.peer) return obey(request.order, request.task);
      const answer = await ask(peer, request, signal);
      if (answer.outcome === 'done') return answer.paused;
      throw new BzzzError(answer.code, `${memberOf(peer)?.name ?? peer}: ${answer.reason}`);
    },
  };
}

function refused(reason: string): PeerOrderResponse {
  return { outcome: 'refused', code: 'peer_order_refused', reason };
}
