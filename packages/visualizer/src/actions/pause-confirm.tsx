import { PauseAnswer } from '@bzzz/protocol/api';
import { usePage } from '../app/page-context.ts';
import { ask } from '../live/api.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { type PauseChoice, pauseOutcome } from './pauses.ts';

/** Pauses or resumes what was chosen, once that is confirmed. */
export function PauseConfirm(props: { readonly order: PauseChoice; readonly onClose: () => void }) {
  const { state, session } = usePage();
  const { order, onClose } = props;
  const name = state.status?.peer.name ?? 'this peer';
  const act = async () => {
    const { scope, paused } = order;
    const answer = await ask({
      method: 'POST',
      path: 'pause',
      body: { scope, paused },
      csrf: session.csrf,
      schema: PauseAnswer,
    });
    return pauseOutcome(name, order, answer.paused);
  };
  return (
    <ConfirmDialog title={order.title} confirm={order.title} act={act} onClose={onClose}>
      <p>{order.text}</p>
      <p className="quiet">The order stands in the journal of {name}, for everybody to read.</p>
    </ConfirmDialog>
  );
}
