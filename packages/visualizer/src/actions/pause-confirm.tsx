import { PeerOrderAnswer } from '@bzzz/protocol/api';
import { usePage } from '../app/page-context.ts';
import { ask } from '../live/api.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { type PauseChoice, pauseOutcome } from './pauses.ts';

/** Drains, pauses or resumes what was chosen, once that is confirmed. */
export function PauseConfirm(props: {
  readonly choice: PauseChoice;
  /** Another peer than the one that serves the page. */
  readonly peer?: { readonly id: string; readonly name: string };
  readonly onClose: () => void;
}) {
  const { state, session } = usePage();
  const { choice, peer, onClose } = props;
  const self = state.status?.peer.name ?? 'this peer';
  const name = peer?.name ?? self;
  const act = async () => {
    const { order, mesh } = choice;
    const { paused } = await ask({
      method: 'POST',
      path: 'peers/orders',
      body: mesh ? { order, mesh } : { order, ...(peer && { peer: peer.id }) },
      csrf: session.csrf,
      schema: PeerOrderAnswer,
    });
    return pauseOutcome(name, choice, paused);
  };
  return (
    <ConfirmDialog title={choice.title} confirm={choice.title} act={act} onClose={onClose}>
      <p>{choice.text}</p>
      <p className="quiet">
        The order stands in the journal of {self}
        {peer === undefined ? '' : ` and in that of ${name}`}, for everybody to read.
      </p>
    </ConfirmDialog>
  );
}
