import { LiftAnswer } from '@bzzz/protocol/api';
import { usePage } from '../app/page-context.ts';
import { ask } from '../live/api.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

export interface Decision {
  readonly of: { readonly peer: string; readonly name: string | null };
  readonly act: 'lift' | 'keep';
}

/** What a person decides about a peer that is set aside; it stands in the journal either way. */
export function QuarantineDialog(props: {
  readonly decision: Decision;
  readonly onClose: () => void;
}) {
  const { session } = usePage();
  const { of, act } = props.decision;
  const name = of.name ?? of.peer.slice(-8);
  const lifts = act === 'lift';
  const send = async () => {
    const path = `quarantine/${act}`;
    const body = { peer: of.peer };
    await ask({ method: 'POST', path, body, csrf: session.csrf, schema: LiftAnswer });
    return lifts ? `${name} is not set aside here any more.` : `${name} stays set aside.`;
  };
  return (
    <ConfirmDialog
      title={lifts ? `Trust ${name} again` : `Keep ${name} set aside`}
      confirm={lifts ? 'Trust it' : 'Keep it'}
      danger={lifts}
      act={send}
      onClose={props.onClose}
    >
      {lifts ? (
        <p>
          What it contradicted until now counts no more; later contradictions do. This holds for
          this peer alone: every other one decides for itself.
        </p>
      ) : (
        <p>
          Its verdicts, its help and its journal count for nothing here. That you looked is noted.
        </p>
      )}
    </ConfirmDialog>
  );
}
