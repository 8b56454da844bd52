import type { StoryEntry } from '@bzzz/protocol/api';
import { EntryRow } from '../timeline/entry-row.tsx';

const shownMax = 20;

/** The newest of these, the newest first. */
export function NewestEntries({ entries }: { readonly entries: readonly StoryEntry[] }) {
  return (
    <ul className="entries news">
      {entries
        .slice(-shownMax)
        .toReversed()
        .map((entry) => (
          <li key={`${entry.peer} ${entry.seq}`}>
            <EntryRow entry={entry} />
          </li>
        ))}
    </ul>
  );
}
