import { useState } from 'react';
import { usePage } from '../app/page-context.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Button } from '../ui/parts.tsx';
import { PauseConfirm } from './pause-confirm.tsx';
import { type PauseChoice, pauseChoices, pausesOf, pauseTitle } from './pauses.ts';

/** What can be told this peer, each in the words of what then happens. */
export function PauseDialog(props: { readonly onClose: () => void }) {
  const { state, view } = usePage();
  const [choice, setChoice] = useState<PauseChoice | null>(null);
  const name = state.status?.peer.name ?? 'this peer';
  const pauses = pausesOf(state.status, view);
  if (choice !== null) return <PauseConfirm choice={choice} onClose={props.onClose} />;
  return (
    <Dialog title={pauseTitle(pauses)} onClose={props.onClose}>
      <ul className="choices">
        {pauseChoices(name, pauses).map((one) => (
          <li key={one.title}>
            <button type="button" className="choice" onClick={() => setChoice(one)}>
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
