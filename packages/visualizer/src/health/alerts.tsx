import { useState } from 'react';
import { HealDialog } from '../actions/heal-dialog.tsx';
import { usePage } from '../app/page-context.ts';
import { Button, Empty, Panel } from '../ui/parts.tsx';
import { agoText } from '../ui/time.ts';
import { Words } from '../ui/words.tsx';

/** What the machine is short of now. */
export function Alerts() {
  const { state } = usePage();
  const alerts = state.health?.alerts ?? [];
  return (
    <Panel title="Alerts" aside={alerts.length === 0 ? 'none' : String(alerts.length)}>
      {alerts.length === 0 ? (
        <p className="pad well">The machine is short of nothing.</p>
      ) : (
        <ul className="problems">
          {alerts.slice(0, 30).map(({ measure, text, advice }) => (
            <li key={measure} data-severity="warning">
              <p>
                <strong>{text}</strong>
              </p>
              <p className="quiet">
                <Words text={advice} />
              </p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** What the peer tried by itself, the newest first. */
export function Healings() {
  const { state, nowMs, can, view } = usePage();
  const [healing, setHealing] = useState(false);
  const healings = state.health?.healings ?? [];
  const mayHeal = can('operate') && !view.past;
  const button = mayHeal ? <Button onClick={() => setHealing(true)}>Heal now</Button> : undefined;
  return (
    <Panel title="Healing" aside={button}>
      {healing ? <HealDialog onClose={() => setHealing(false)} /> : null}
      {healings.length === 0 ? (
        <Empty title="Nothing had to be healed" />
      ) : (
        <ul className="problems">
          {healings
            .slice(-20)
            .toReversed()
            .map(({ atMs, action, outcome, reason }) => (
              <li key={`${atMs} ${action}`} data-outcome={outcome}>
                <p>
                  <strong>{action}</strong> {outcome}{' '}
                  <span className="quiet">{agoText(nowMs - atMs)}</span>
                </p>
                <p className="quiet">{reason}</p>
              </li>
            ))}
        </ul>
      )}
    </Panel>
  );
}
