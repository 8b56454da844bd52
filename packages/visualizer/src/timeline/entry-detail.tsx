import type { StoryEntry } from '@bzzz/protocol/api';
import { Link } from '../app/navigation.tsx';
import { usePage } from '../app/page-context.ts';
import { peerPath, taskPath } from '../app/routes.ts';
import { Button, Facts } from '../ui/parts.tsx';
import { dateText } from '../ui/time.ts';
import { taskOf } from './filter.ts';

/** An entry as it stands in its writer's journal. */
export function EntryDetail(props: { readonly entry: StoryEntry; readonly onClose: () => void }) {
  const { entry, onClose } = props;
  const { view, setMoment } = usePage();
  const { at, cause, body } = entry.entry;
  const task = taskOf(entry);
  const show = () => setMoment({ kind: 'past', atMs: at.wallMs, playing: false, speed: 1 });
  return (
    <aside className="panel entry-detail" aria-label="Entry">
      <header className="panel-head">
        <h2>{body.kind}</h2>
        <Button kind="quiet" label="Close" onClick={onClose}>
          ×
        </Button>
      </header>
      <Facts
        facts={[
          [
            'writer',
            entry.peer === null ? (
              'unknown'
            ) : (
              <Link to={peerPath(entry.peer)}>{view.nameOf(entry.peer)}</Link>
            ),
          ],
          ['position', `${entry.seq}`],
          ['time', dateText(at.wallMs) + (at.counter === 0 ? '' : ` (counter ${at.counter})`)],
          ...(task === null ? [] : [['task', <Link to={taskPath(task)}>{task}</Link>] as const]),
          ...(cause === undefined
            ? []
            : [['follows from', `${view.nameOf(cause.peer)} ${cause.seq}`] as const]),
        ]}
      />
      <pre className="raw" tabIndex={0} role="region" aria-label="The entry itself">
        {JSON.stringify(body, null, 2)}
      </pre>
      <Button onClick={show}>Show the page at this moment</Button>
    </aside>
  );
}
