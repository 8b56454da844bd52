import { usePage } from '../app/page-context.ts';
import { Empty, Panel } from '../ui/parts.tsx';
import { Spark } from '../ui/spark.tsx';
import { spanText } from '../ui/time.ts';
import { type Measure, measures, type Sample } from './measures.ts';

/** The machine of this peer over the last ten minutes. */
export function Machine() {
  const { state } = usePage();
  const { health } = state;
  if (health === null || health.samples.length === 0) {
    return (
      <Panel title="Machine">
        <Empty title="Not measured yet">The peer looks at its machine every few seconds.</Empty>
      </Panel>
    );
  }
  const { samples } = health;
  const [first] = samples;
  const last = samples.at(-1);
  const reach = first === undefined || last === undefined ? 0 : last.atMs - first.atMs;
  return (
    <Panel
      title="Machine"
      aside={reach === 0 ? health.state : `${health.state}, the last ${spanText(reach)}`}
    >
      {health.fault === null ? null : <p className="pad trouble">{health.fault}</p>}
      <ul className="gauges">
        {measures.map((measure) => (
          <Gauge key={measure.name} measure={measure} samples={samples} />
        ))}
      </ul>
    </Panel>
  );
}

function Gauge(props: { readonly measure: Measure; readonly samples: readonly Sample[] }) {
  const { name, of, text, scarce, whole } = props.measure;
  const values = props.samples.flatMap((sample) => of(sample) ?? []);
  const now = values.at(-1);
  const most = whole ?? Math.max(1, ...values);
  return (
    <li className="gauge" data-scarce={now !== undefined && now >= scarce}>
      <span className="gauge-name">{name}</span>
      <span className="gauge-value">{now === undefined ? 'not told' : text(now)}</span>
      <Spark values={values.map((value) => value / most)} label={name} />
    </li>
  );
}
