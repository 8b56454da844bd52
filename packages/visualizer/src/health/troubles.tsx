import { usePage } from '../app/page-context.ts';
import { EntryRow } from '../timeline/entry-row.tsx';
import { Empty, Panel } from '../ui/parts.tsx';

/** What went wrong, and what was made of it: deaths, takeovers, troubles. */
export function Troubles() {
  const { view } = usePage();
  const { troubles } = view.world;
  return (
    <Panel title="Troubles in the journals" aside={troubles.length === 0 ? 'none' : undefined}>
      {troubles.length === 0 ? (
        <Empty title="No journal here tells of any" />
      ) : (
        <ul className="entries news">
          {troubles
            .slice(-20)
            .toReversed()
            .map((entry) => (
              <li key={`${entry.peer} ${entry.seq}`}>
                <EntryRow entry={entry} />
              </li>
            ))}
        </ul>
      )}
    </Panel>
  );
}
