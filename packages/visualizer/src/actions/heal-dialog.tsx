import { HealAnswer } from '@bzzz/protocol/api';
import { usePage } from '../app/page-context.ts';
import { ask } from '../live/api.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

/** Makes the peer do now what it does by itself when its machine is short of something. */
export function HealDialog(props: { readonly onClose: () => void }) {
  const { session, state } = usePage();
  const name = state.status?.peer.name ?? 'this peer';
  const act = async () => {
    const { healings } = await ask({
      method: 'POST',
      path: 'health/heal',
      body: {},
      csrf: session.csrf,
      schema: HealAnswer,
    });
    const last = healings.at(-1);
    return last === undefined
      ? 'There was nothing to heal.'
      : `${last.action}: ${last.outcome}. ${last.reason}`;
  };
  return (
    <ConfirmDialog title={`Heal ${name}`} confirm="Heal" act={act} onClose={props.onClose}>
      <p>It tries now what it tries by itself when its machine is short of something.</p>
      <p className="quiet">What came of it stands in its journal.</p>
    </ConfirmDialog>
  );
}
