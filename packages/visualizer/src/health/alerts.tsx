import { useState } from 'react';
import { HealDialog } from '../actions/heal-dialog.tsx';
import { usePage } from '../app/page-context.ts';
import { Button, Empty, Panel } from '../ui/parts.tsx';
import { agoText } from '../ui/time.ts';
import { nearAlert } from './near-alert.ts';
import { ProblemList } from './problem-list.tsx';

/** What the machine is short of now. */
export function Alerts() {
  const { state } = usePage();
  const alerts = state.health?.alerts ?? [];
  const near = nearAlert(state.health);
  return (
    <ProblemList
      title="Alerts"
      well={near === null ? 'The machine is short of nothing.' : near}
      uneasy={near !== null}
      items={alerts.map(({ measure, text, advice }) => ({
        key: measure,
        severity: 'warning',
        text,
        advice,
      }))}
    />
  );
}

/** What the peer tried by itself, the newest first. */
export function Healings() {
  const { state, nowMs, can } = usePage();
  const [healing, setHealing] = useState(false);
  const healings = state.health?.healings ?? [];
  const button = can('operate') ? (
    <Button onClick={() => setHealing(true)}>Heal now</Button>
  ) : undefined;
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
