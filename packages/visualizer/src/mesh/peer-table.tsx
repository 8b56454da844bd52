import type { PeerAnswer } from '@bzzz/protocol/api';
import { Link } from '../app/navigation.tsx';
import { usePage } from '../app/page-context.ts';
import { peerPath, taskPath } from '../app/routes.ts';
import { isGone, type PeerView, standingWord } from '../live/page-view.ts';
import { LeftBehind } from '../peer/left-behind.tsx';
import { shortTask } from '../timeline/entry-text.ts';
import { Badge, Empty, Meter, Panel } from '../ui/parts.tsx';
import { countText, listText, loadHint, shareText } from '../ui/text.ts';
import { VirtualList } from '../ui/virtual-list.tsx';

/** Every peer: how it stands, what it works on, how busy it is. */
export function PeerTable(props: {
  readonly marked: string | null;
  readonly onMark: (peer: string | null) => void;
}) {
  const { view } = usePage();
  const { marked, onMark } = props;
  return (
    <Panel title="Peers" aside={countText(view.peers.length, 'peer')} className="peer-table">
      {view.peers.length === 0 ? (
        <Empty title="Nobody is known" />
      ) : (
        <VirtualList
          label="How each peer stands"
          count={view.peers.length}
          rowPx={58}
          row={(index) => {
            const peer = view.peers[index];
            if (peer === undefined) return null;
            return <PeerRow peer={peer} marked={peer.id === marked} onMark={onMark} />;
          }}
        />
      )}
    </Panel>
  );
}

function PeerRow(props: {
  readonly peer: PeerView;
  readonly marked: boolean;
  readonly onMark: (peer: string | null) => void;
}) {
  const { view } = usePage();
  const { peer, marked, onMark } = props;
  const { id, name, self, standing, duties, load, slots, running, answer } = peer;
  return (
    <div
      className="peer-row"
      data-marked={marked}
      onMouseEnter={() => onMark(id)}
      onMouseLeave={() => onMark(null)}
    >
      <div className="peer-who">
        <Link to={peerPath(id)} className="peer-name">
          {name}
        </Link>
        {self ? <span className="tag">this peer</span> : null}
        {view.past ? null : <Roles watches={answer?.watches ?? []} />}
      </div>
      <div className="peer-standing">
        <Badge state={standing}>{standingWord(peer, view.world)}</Badge>
        {answer?.quarantined === true ? <Badge state="failed">in quarantine</Badge> : null}
      </div>
      <div className="peer-does">
        {isGone(standing) ? (
          <LeftBehind peer={peer} />
        ) : duties.length === 0 ? (
          <span className="quiet">
            {answer === null ? '' : `can ${listText(answer.executors, 3)}`}
          </span>
        ) : (
          duties.slice(0, 3).map(({ task, duty }) => (
            <span key={task}>
              {duty === 'works' ? 'works on' : duty === 'helps' ? 'helps with' : 'holds'}{' '}
              <Link to={taskPath(task)}>{shortTask(task)}</Link>
            </span>
          ))
        )}
      </div>
      <div className="peer-load" title={load === null ? undefined : loadHint}>
        {load === null ? null : (
          <Meter
            share={load}
            text={shareText(load)}
            label="Load"
            tone={load > 0.9 ? 'warn' : 'plain'}
          />
        )}
        {slots === null ? null : (
          <span className="peer-slots">
            {running}/{slots} <span className="quiet">{slots === 1 ? 'slot' : 'slots'}</span>
          </span>
        )}
      </div>
    </div>
  );
}

/** What it does for the mesh beside its work, each once; of which repositories its own page tells. */
function Roles({ watches }: { readonly watches: PeerAnswer['watches'] }) {
  const roles = new Set(watches.map(({ role }) => role));
  return [...roles].map((role) => (
    <span key={role} className="tag">
      {role}
    </span>
  ));
}
