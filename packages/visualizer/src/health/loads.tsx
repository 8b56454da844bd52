import { usePage } from '../app/page-context.ts';
import { Link } from '../app/navigation.tsx';
import { peerPath } from '../app/routes.ts';
import { Panel } from '../ui/parts.tsx';
import { Spark } from '../ui/spark.tsx';
import { shareText } from '../ui/text.ts';

const shown = 24;

/** How busy each machine was since the page was opened, the busiest first. */
export function Loads() {
  const { state } = usePage();
  const peers = (state.peers ?? []).toSorted((one, other) => other.load - one.load);
  return (
    <Panel title="Load" aside="since the page was opened">
      <ul className="loads">
        {peers.slice(0, shown).map(({ id, name, load }) => (
          <li key={id}>
            <Link to={peerPath(id)}>{name}</Link>
            <Spark
              label={`Load of ${name}`}
              values={state.loads.flatMap((sample) => sample.load.get(id) ?? [])}
            />
            <span>{shareText(load)}</span>
          </li>
        ))}
      </ul>
      {peers.length > shown ? <p className="pad quiet">and {peers.length - shown} more</p> : null}
    </Panel>
  );
}
