import { PauseAnswer } from '@bzzz/protocol/api';
import { useState } from 'react';
import { usePage } from '../app/page-context.ts';
import { ask } from '../live/api.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Button } from '../ui/parts.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { isPaused, pauseOutcome, pausesOf } from './pauses.ts';

type Scope = 'self' | 'mesh' | 'attempts';

interface Order {
  readonly title: string;
  readonly text: string;
  readonly scope: Scope;
  readonly paused: boolean;
}

/** What can be told this peer, each in the words of what then happens. */
export function PauseDialog(props: { readonly onClose: () => void }) {
  const { state, view, session } = usePage();
  const [order, setOrder] = useState<Order | null>(null);
  const name = state.status?.peer.name ?? 'this peer';
  const pauses = pausesOf(state.status, view);
  const all: readonly Order[] = [
    pauses.self
      ? {
          title: `Resume ${name}`,
          text: pauses.mesh
            ? 'Its own pause ends; it takes new tasks once the mesh goes on, too.'
            : 'It takes new tasks again.',
          scope: 'self',
          paused: false,
        }
      : {
          title: `Drain ${name}`,
          text: 'It takes nothing new. What it works on is finished.',
          scope: 'self',
          paused: true,
        },
    {
      title: `Hold the attempts of ${name}`,
      text: 'What runs now stands still until it is resumed. Its claims stay renewed.',
      scope: 'attempts',
      paused: true,
    },
    {
      title: `Go on with the attempts of ${name}`,
      text: 'What was held goes on.',
      scope: 'attempts',
      paused: false,
    },
    pauses.mesh
      ? {
          title: 'Resume the whole mesh',
          text: 'Every peer takes new tasks again.',
          scope: 'mesh',
          paused: false,
        }
      : {
          title: 'Pause the whole mesh',
          text: 'No peer takes anything new. What they work on is finished.',
          scope: 'mesh',
          paused: true,
        },
  ];
  // What ends a pause stands first: whoever opens this while there is one, looks for it.
  const orders = isPaused(pauses)
    ? all.toSorted((one, other) => Number(one.paused) - Number(other.paused))
    : all;
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
    <Dialog title={isPaused(pauses) ? 'Resume or pause' : 'Pause or drain'} onClose={props.onClose}>
      <ul className="choices">
        {orders.map((one) => (
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
