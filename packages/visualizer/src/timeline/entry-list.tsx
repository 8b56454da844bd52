import type { StoryEntry } from '@bzzz/protocol/api';
import { useNarrow } from '../ui/narrow.ts';
import { VirtualList, type VirtualListProps } from '../ui/virtual-list.tsx';
import { EntryRow } from './entry-row.tsx';

interface EntryListProps
  extends Pick<VirtualListProps, 'label' | 'className' | 'follow' | 'onFollow'> {
  readonly entries: readonly StoryEntry[];
  /** Whose details are shown beside the list. */
  readonly open?: StoryEntry | null;
  /** Absent: there are no details to be shown. */
  readonly onOpen?: (entry: StoryEntry) => void;
}

/** On a phone an entry takes two lines. */
const rowPx = { wide: 28, narrow: 46 } as const;

/** Entries a line each, oldest first, however many. */
export function EntryList({ entries, open, onOpen, className, ...list }: EntryListProps) {
  const narrow = useNarrow();
  return (
    <VirtualList
      {...list}
      className={className === undefined ? 'entries' : `${className} entries`}
      count={entries.length}
      rowPx={narrow ? rowPx.narrow : rowPx.wide}
      row={(index) => {
        const entry = entries[index];
        if (entry === undefined) return null;
        if (onOpen === undefined) return <EntryRow entry={entry} />;
        return <EntryRow entry={entry} open={entry === open} onOpen={() => onOpen(entry)} />;
      }}
    />
  );
}
