import type { StoryEntry } from '@bzzz/protocol/api';
import { usePage } from '../app/page-context.ts';
import { preciseText } from '../ui/time.ts';
import { entryText, groupOf } from './entry-text.ts';

/** One entry as one line. */
export function EntryRow(props: {
  readonly entry: StoryEntry;
  readonly open?: boolean;
  readonly onOpen?: () => void;
}) {
  const { entry, open, onOpen } = props;
  const { view } = usePage();
  const { kind } = entry.entry.body;
  const { text, tone } = entryText(entry, view);
  const line = (
    <>
      <time className="entry-time">{preciseText(entry.entry.at.wallMs)}</time>
      <span className="entry-who" data-hue={view.hueOf(entry.peer)}>
        <span className="dot" aria-hidden="true" />
        {entry.name ?? view.nameOf(entry.peer)}
      </span>
      <span className="entry-kind" data-group={groupOf(kind)}>
        {kind}
      </span>
      <span className="entry-text" data-tone={tone}>
        {text}
        {entry.aheadMs > 0 ? <em className="quiet"> (its clock runs ahead)</em> : null}
      </span>
    </>
  );
  if (onOpen === undefined) return <div className="entry">{line}</div>;
  return (
    <button type="button" className="entry" aria-expanded={open === true} onClick={onOpen}>
      {line}
    </button>
  );
}
