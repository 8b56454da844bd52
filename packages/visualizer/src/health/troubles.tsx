import { usePage } from '../app/page-context.ts';
import { Empty, Panel } from '../ui/parts.tsx';
import { NewestEntries } from './newest-entries.tsx';

/** What went wrong, and what was made of it: deaths, takeovers, troubles. */
export function Troubles() {
  const { view } = usePage();
  const { troubles } = view.world;
  return (
    <Panel title="Troubles in the journals" aside={troubles.length === 0 ? 'none' : undefined}>
      {troubles.length === 0 ? (
        <Empty title="No journal here tells of any" />
      ) : (
        <NewestEntries entries={troubles} />
      )}
    </Panel>
  );
}
