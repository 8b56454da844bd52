import type { StoryEntry } from '@bzzz/protocol/api';
import { usePage } from '../app/page-context.ts';
import type { PageView } from '../live/page-view.ts';
import { Empty, Panel } from '../ui/parts.tsx';
import { dateText } from '../ui/time.ts';
import { NewestEntries } from './newest-entries.tsx';
import { ProblemList } from './problem-list.tsx';
import { Troubles } from './troubles.tsx';

/** How the mesh was doing at a moment of the past, as far as its journals tell. */
export function PastHealth() {
  const { view } = usePage();
  const { world, nameOf } = view;
  return (
    <div className="page">
      <header className="page-head">
        <h2>Health</h2>
        <p className="quiet">
          of the mesh, as journals told it; what no journal tells (gauges, slots, rate limits) is
          shown live only
        </p>
      </header>
      <ProblemList title="Problems" well="No journal told of any." items={problemsOf(view)} />
      <ProblemList
        title="Alerts"
        well="No machine was short of anything."
        items={[...world.alerts].map(([key, { peer, sinceMs, text }]) => ({
          key,
          severity: 'warning',
          text: `${nameOf(peer)}: ${text}`,
          advice: `Since ${dateText(sinceMs)}.`,
        }))}
      />
      <div className="halves">
        <PastHealings healings={world.healings} />
        <Troubles />
      </div>
    </div>
  );
}

function problemsOf({ peers, world, nameOf }: PageView) {
  const gone = peers.filter(({ standing }) => standing === 'dead' || standing === 'suspected');
  return [
    ...[...world.setAside].map(([key, { by, peer, sinceMs, reason }]) => ({
      key,
      severity: 'error' as const,
      text: `${nameOf(by)} had set ${nameOf(peer)} aside: ${reason}`,
      advice: `Since ${dateText(sinceMs)}.`,
    })),
    ...gone.map(({ id, name, standing, lastMs }) => ({
      key: id,
      severity: 'warning' as const,
      text: `${name} was ${standing}.`,
      advice: lastMs === 0 ? 'Nothing was heard of it.' : `It wrote last on ${dateText(lastMs)}.`,
    })),
  ];
}

/** What peers tried by themselves or were told to, the newest first. */
function PastHealings({ healings }: { readonly healings: readonly StoryEntry[] }) {
  return (
    <Panel title="Healing">
      {healings.length === 0 ? (
        <Empty title="Nothing had been healed" />
      ) : (
        <NewestEntries entries={healings} />
      )}
    </Panel>
  );
}
