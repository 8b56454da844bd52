import { Link } from '../app/navigation.tsx';
import { usePage } from '../app/page-context.ts';
import { peerPath, taskPath } from '../app/routes.ts';
import type { PeerView } from '../live/page-view.ts';
import { shortTask } from '../timeline/entry-text.ts';
import { agoText, clockText } from '../ui/time.ts';

const shownMax = 3;

/** When a peer died or was stopped, what it had in its hands, and who has that now. */
export function LeftBehind({ peer }: { readonly peer: PeerView }) {
  const { view, nowMs } = usePage();
  const { endedMs, left, standing } = peer;
  const end = standing === 'dead' ? 'declared dead' : 'was stopped';
  return (
    <>
      <span className="quiet">
        {endedMs === null ? end : `${end} ${clockText(endedMs)}, ${agoText(nowMs - endedMs)}`}
      </span>
      {left.slice(0, shownMax).map(({ task, by }) => (
        <span key={task}>
          {' '}
          had <Link to={taskPath(task)}>{shortTask(task)}</Link>
          {by === null ? (
            ', nobody has it yet'
          ) : (
            <>
              , now <Link to={peerPath(by)}>{view.nameOf(by)}</Link>
            </>
          )}
        </span>
      ))}
      {left.length > shownMax ? <span> and {left.length - shownMax} more</span> : null}
    </>
  );
}
