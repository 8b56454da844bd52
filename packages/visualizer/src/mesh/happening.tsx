import { Link } from '../app/navigation.tsx';
import { usePage } from '../app/page-context.ts';
import type { PageView } from '../live/page-view.ts';
import { EntryRow } from '../timeline/entry-row.tsx';
import { entryText } from '../timeline/entry-text.ts';
import { Empty, Panel } from '../ui/parts.tsx';

const shown = 24;
const lookedAt = 200;

/** The newest lines of all journals that say something, the newest first. */
export function Happening() {
  const { view } = usePage();
  const lines = newsOf(view);
  return (
    <Panel title="Happening" aside={<Link to="/timeline">Timeline</Link>}>
      {lines.length === 0 ? (
        <Empty title="Nothing has happened yet">
          As soon as a peer sees an issue or meets another, it stands here.
        </Empty>
      ) : (
        <ul className="entries news">
          {lines.map((entry) => (
            <li key={`${entry.peer} ${entry.seq}`}>
              <EntryRow entry={entry} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** Without what is only about to be done. */
function newsOf(view: PageView) {
  return view.entries
    .slice(-lookedAt)
    .filter((entry) => entryText(entry, view).tone !== 'quiet')
    .slice(-shown)
    .toReversed();
}
