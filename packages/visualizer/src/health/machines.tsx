import { Link } from '../app/navigation.tsx';
import { usePage } from '../app/page-context.ts';
import { peerPath } from '../app/routes.ts';
import type { PeerView } from '../live/page-view.ts';
import { Badge, Empty, Meter, Panel } from '../ui/parts.tsx';
import { scarceFrom, shareText } from '../ui/text.ts';

const shown = 60;
const rank = { error: 0, offline: 1, limited: 2, online: 3 } as const;

/** How the machines of the mesh are, by their own word; those in need first. */
export function Machines() {
  const { view } = usePage();
  const told = view.peers
    .filter(({ answer }) => answer?.health !== undefined)
    .toSorted((one, other) => rankOf(one) - rankOf(other));
  // Of one that does not answer there is only what it told before.
  const telling = told.filter(({ answer }) => answer?.health?.state !== 'offline').length;
  return (
    <Panel title="Machines" aside={`${telling} of ${view.peers.length} tell`}>
      {told.length === 0 ? (
        <Empty title="No peer has told how its machine is" />
      ) : (
        <ul className="machines">
          {told.slice(0, shown).map((peer) => (
            <MachineRow key={peer.id} peer={peer} />
          ))}
        </ul>
      )}
      {told.length > shown ? <p className="pad quiet">and {told.length - shown} more</p> : null}
    </Panel>
  );
}

function MachineRow({ peer }: { readonly peer: PeerView }) {
  const health = peer.answer?.health;
  if (health === undefined) return null;
  const isOffline = health.state === 'offline';
  const bar = (label: string, share: number | null, scarce: number) =>
    share === null || isOffline ? null : (
      <span className="machine-bar">
        <span className="quiet" aria-hidden="true">
          {label}
        </span>
        <Meter
          label={label}
          share={share}
          text={shareText(share)}
          tone={share >= scarce ? 'warn' : 'plain'}
        />
      </span>
    );
  return (
    <li>
      <Link to={peerPath(peer.id)}>{peer.name}</Link>
      <Badge state={health.state} />
      {bar('cpu', health.cpu, scarceFrom.cpu)}
      {bar('memory', health.memory, scarceFrom.memory)}
      {bar('disk', health.disk, scarceFrom.disk)}
    </li>
  );
}

function rankOf({ answer }: PeerView): number {
  return answer?.health === undefined ? 4 : rank[answer.health.state];
}
