import type { StoryEntry } from '@bzzz/protocol/api';
import { useDeferredValue, useMemo, useState } from 'react';
import { Link } from '../app/navigation.tsx';
import { taskPath } from '../app/routes.ts';
import { useAddress } from '../app/use-address.ts';
import { usePage } from '../app/page-context.ts';
import { taskNumbered } from '../tasks/search.ts';
import { Button, Empty } from '../ui/parts.tsx';
import { countsText } from './counts.ts';
import { EntryDetail } from './entry-detail.tsx';
import { EntryList } from './entry-list.tsx';
import { type Filter, filtered, filterIn, filterValues } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';

export function TimelinePage() {
  const { view, state } = usePage();
  const [filter, setFilter] = useState<Filter>(() => filterIn(globalThis.location.search));
  useAddress(filterValues(filter));
  const [follow, setFollow] = useState(true);
  const [open, setOpen] = useState<StoryEntry | null>(null);
  const wanted = useDeferredValue(filter);
  const { entries } = view;
  const shown = useMemo(() => filtered(entries, wanted, view), [entries, wanted, view]);
  // What peers leave alone no journal tells, and it is asked for here all the same.
  const named = shown.length === 0 ? taskNumbered(view.tasks, wanted.text) : null;
  return (
    <div className="page timeline" data-open={open !== null}>
      <header className="page-head">
        <h2>Timeline</h2>
        <p className="quiet">
          {countsText({
            shown: shown.length,
            until: entries.length,
            loaded: state.history.entries.length,
            held: state.held,
          })}
        </p>
        <Button pressed={follow} onClick={() => setFollow(!follow)}>
          Follow
        </Button>
      </header>
      <FilterBar filter={filter} onFilter={setFilter} />
      <div className="timeline-body">
        {shown.length === 0 ? (
          <Empty title={entries.length === 0 ? 'No entry is here yet' : 'No entry is like that'}>
            {entries.length === 0
              ? 'As soon as a peer does anything, it stands here.'
              : 'Take a filter away, or load earlier entries by the bar below.'}{' '}
            {named === null ? null : <Link to={taskPath(named.task)}>How {named.task} stands</Link>}
          </Empty>
        ) : (
          <EntryList
            className="panel"
            label="Entries, oldest first"
            entries={shown}
            follow={follow}
            onFollow={setFollow}
            open={open}
            onOpen={(entry) => setOpen(entry === open ? null : entry)}
          />
        )}
        {open === null ? null : <EntryDetail entry={open} onClose={() => setOpen(null)} />}
      </div>
    </div>
  );
}
