import { Link } from '../app/navigation.tsx';
import { usePage } from '../app/page-context.ts';
import { lives } from '../live/page-view.ts';
import { healthPath } from '../app/routes.ts';
import { columnsOf } from '../tasks/columns.ts';
import { groupedText, loadHint, shareText } from '../ui/text.ts';

/** The mesh in a few numbers. */
export function Tiles() {
  const { view, state, connection } = usePage();
  const up = view.peers.filter(({ standing }) => lives(standing));
  const slots = up.reduce((sum, peer) => sum + (peer.slots ?? 0), 0);
  const running = up.reduce((sum, peer) => sum + peer.running, 0);
  const loads = up.flatMap(({ load }) => (load === null ? [] : [load]));
  const load = loads.length === 0 ? null : loads.reduce((sum, one) => sum + one, 0) / loads.length;
  const counts = new Map(columnsOf(view.tasks).map(({ state, tasks }) => [state, tasks.length]));
  const number = (state: string) => groupedText(counts.get(state) ?? 0);
  const problems = state.status?.problems.length ?? 0;
  return (
    <ul className="tiles" aria-label="The mesh in numbers">
      <Tile
        name={connection === 'lost' && !view.past ? 'peers alive when last heard' : 'peers alive'}
        value={groupedText(up.length)}
        of={groupedText(view.peers.length)}
      />
      <Tile
        name="slots busy"
        value={groupedText(running)}
        of={slots === 0 ? null : groupedText(slots)}
      />
      <Tile
        name="load a core"
        value={load === null ? '–' : shareText(load)}
        of={null}
        hint={loadHint}
      />
      <Tile name="open" value={number('open')} of={null} to="/tasks" />
      <Tile name="at work" value={number('running')} of={null} to="/tasks" />
      <Tile name="being proved" value={number('verifying')} of={null} to="/tasks" />
      <Tile name="done" value={number('done')} of={null} to="/tasks" />
      <Tile name="for a person" value={number('failed')} of={null} to="/tasks" />
      {view.past ? null : (
        <Tile
          name={problems === 1 ? 'problem' : 'problems'}
          value={groupedText(problems)}
          of={null}
          to={healthPath}
        />
      )}
    </ul>
  );
}

function Tile(props: {
  readonly name: string;
  readonly value: string;
  readonly of: string | null;
  readonly to?: string;
  readonly hint?: string;
}) {
  const { name, value, of, to, hint } = props;
  const inner = (
    <>
      <span className="tile-value">
        {value}
        {of === null ? null : <span className="tile-of"> / {of}</span>}
      </span>
      <span className="tile-name">{name}</span>
    </>
  );
  return (
    <li className="tile" data-none={value === '0'} title={hint}>
      {to === undefined ? (
        <span className="tile-in">{inner}</span>
      ) : (
        <Link to={to} className="tile-in">
          {inner}
        </Link>
      )}
    </li>
  );
}
