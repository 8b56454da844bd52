import { PauseAnswer } from '@bzzz/protocol/api';
import { useState } from 'react';
import { usePage } from '../app/page-context.ts';
import { ask } from '../live/api.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Button } from '../ui/parts.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { type PauseChoice, pauseChoices, pauseOutcome, pausesOf, pauseTitle } from './pauses.ts';

/** What can be told this peer, each in the words of what then happens. */
export function PauseDialog(props: { readonly onClose: () => void }) {
  const { state, view, session } = usePage();
  const [order, setOrder] = useState<PauseChoice | null>(null);
  const name = state.status?.peer.name ?? 'this peer';
  const pauses = pausesOf(state.status, view);
  if (order !== null) {
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
      <ConfirmDialog title={order.title} confirm={order.title} act={act} onClose={props.onClose}>
        <p>{order.text}</p>
        <p className="quiet">The order stands in the journal of {name}, for everybody to read.</p>
      </ConfirmDialog>
    );
  }
  return (
    <Dialog title={pauseTitle(pauses)} onClose={props.onClose}>
      <ul className="choices">
        {pauseChoices(name, pauses).map((one) => (
          <li key={one.title}>
            <button type="button" className="choice" onClick={() => setOrder(one)}>
              <strong>{one.title}</strong>
              <span>{one.text}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className="dialog-foot">
        <Button onClick={props.onClose}>Leave it</Button>
      </div>
    </Dialog>
  );
}
