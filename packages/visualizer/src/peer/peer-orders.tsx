import { useState } from 'react';
import { PauseConfirm } from '../actions/pause-confirm.tsx';
import { isPaused, type PauseChoice, pausesOf, peerChoices } from '../actions/pauses.ts';
import { usePage } from '../app/page-context.ts';
import { isGone, type PeerView } from '../live/page-view.ts';
import { Button } from '../ui/parts.tsx';

/** What the peer can be told to do with its work, by this page, wherever it is served. */
export function PeerOrders({ peer }: { readonly peer: PeerView }) {
  const { state, view, can } = usePage();
  const [choice, setChoice] = useState<PauseChoice | null>(null);
  const { id, name, self, answer, standing } = peer;
  if (!can('operate') || view.past || answer === null || isGone(standing)) return null;
  if (!self && !answer.connected) {
    return (
      <p className="quiet">
        It cannot be drained or paused from here: it is not connected with this peer.
      </p>
    );
  }
  const pauses = pausesOf(state.status, view, id);
  return (
    <>
      <p className="task-orders">
        {peerChoices(name, pauses).map((one) => (
          <Button key={one.title} onClick={() => setChoice(one)}>
            {one.title}
          </Button>
        ))}
      </p>
      {isPaused(pauses) ? <p className="quiet">{standingText(name, pauses)}</p> : null}
      {choice === null ? null : (
        <PauseConfirm
          choice={choice}
          {...(self ? {} : { peer: { id, name } })}
          onClose={() => setChoice(null)}
        />
      )}
    </>
  );
}

function standingText(name: string, { self, attempts }: ReturnType<typeof pausesOf>): string {
  if (attempts)
    return `${name} is paused: what it had begun stands still, and it takes nothing new.`;
  return self
    ? `${name} is drained: it takes nothing new, and finishes what is under way.`
    : 'The whole mesh is drained: no peer takes anything new.';
}
