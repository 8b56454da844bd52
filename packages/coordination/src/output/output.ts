/**
 * `bzzz logs --output`: tells other members what our attempts print, and asks whoever holds a task for a person.
 * What comes is that peer's word, and the words of hostile work: it is shown, and nothing is decided by it.
 */
import {
  BzzzError,
  isBzzzError,
  type OutputPiece,
  type OutputPosition,
  outputProtocol,
  type PeerId,
  printedText,
  type TaskId,
} from '@bzzz/protocol';
import type { MemberView, TaskView } from '../peer/view.ts';
import type { Mesh } from '../ports/index.ts';
import type { Printed } from './printed.ts';

export interface OutputDeps {
  readonly mesh: Pick<Mesh, 'peer' | 'request' | 'handle'>;
  readonly view: () => {
    readonly members: readonly Pick<MemberView, 'peer' | 'connected' | 'quarantined'>[];
    readonly tasks: readonly Pick<TaskView, 'task' | 'holder'>[];
  };
  readonly printed: Pick<Printed, 'read'>;
}

export interface OutputView {
  /** Who holds the task, or did last; null: nobody is known. */
  readonly peer: PeerId | null;
  /** Null: `why` tells. */
  readonly piece: OutputPiece | null;
  readonly why: string | null;
}

export interface Output {
  /** Throws only on abort. */
  read(
    task: TaskId,
    after: OutputPosition | undefined,
    options: { readonly signal: AbortSignal },
  ): Promise<OutputView>;
  stop(): void;
}

export function startOutput(deps: OutputDeps): Output {
  const { mesh, view, printed } = deps;
  const memberOf = (peer: PeerId) => view().members.find((one) => one.peer === peer);

  const stop = mesh.handle(outputProtocol, async (from, { task, after }) => {
    // Whoever has the network key can connect; only who says who he is, and tells one story, is told this.
    if (memberOf(from)?.quarantined !== false) {
      throw new BzzzError('mesh_refused', 'it is not a member that is told what attempts print');
    }
    return { piece: await printed.read(task, after) };
  });

  async function ask(
    peer: PeerId,
    task: TaskId,
    after: OutputPosition | undefined,
    signal: AbortSignal,
  ): Promise<OutputView> {
    if (peer === mesh.peer) return told(peer, await printed.read(task, after));
    if (memberOf(peer)?.connected !== true) {
      return { peer, piece: null, why: 'the peer that holds it is not connected' };
    }
    try {
      const request = { task, ...(after && { after }) };
      const { piece } = await mesh.request(outputProtocol, peer, request, { signal });
      if (piece !== null && !isSound(piece)) {
        return { peer, piece: null, why: 'what the peer that holds it says does not fit together' };
      }
      // It should be harmless already, and its word for that is not taken.
      return told(peer, piece && { ...piece, text: printedText(piece.text) });
    } catch (error) {
      if (signal.aborted || !isBzzzError(error)) throw error;
      return { peer, piece: null, why: whySilent(error.code) };
    }
  }

  return {
    stop,
    async read(task, after, { signal }) {
      const peer = view().tasks.find((one) => one.task === task)?.holder ?? null;
      if (peer !== null) return ask(peer, task, after, signal);
      // Given back, and what its last attempt printed may be here all the same.
      const piece = await printed.read(task, after);
      return piece === null
        ? { peer: null, piece, why: 'nobody works on it' }
        : told(mesh.peer, piece);
    },
  };
}

/** Else whoever follows would be led round in circles by a peer that lies. */
function isSound({ from, to, text, more }: OutputPiece): boolean {
  return from.run === to.run && to.at - from.at === text.length && !(more && text === '');
}

function told(peer: PeerId, piece: OutputPiece | null): OutputView {
  return { peer, piece, why: piece === null ? 'nothing has been printed there yet' : null };
}

function whySilent(code: string): string {
  if (code === 'timeout') return 'the peer that holds it does not answer in time';
  return code === 'mesh_refused'
    ? 'the peer that holds it does not answer this: it is asked too often, or speaks another version'
    : 'the peer that holds it cannot be reached';
}
