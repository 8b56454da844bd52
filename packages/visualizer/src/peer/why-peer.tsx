import { WhyPeerAnswer } from '@bzzz/protocol/api';
import { Link } from '../app/navigation.tsx';
import { taskPath } from '../app/routes.ts';
import { AskPanel } from '../ui/ask-panel.tsx';

/** Asks a peer why it is idle, or what it is at. */
export function WhyPeer({ peer }: { readonly peer: string }) {
  return (
    <AskPanel
      title="Reasons"
      path={`why/peers/${encodeURIComponent(peer)}`}
      schema={WhyPeerAnswer}
      words={['Ask it', 'Asking …']}
      about="The peer itself tells why it is idle, and why it leaves open tasks."
    >
      {(answer) => <Reasons answer={answer} />}
    </AskPanel>
  );
}

function Reasons({ answer }: { readonly answer: WhyPeerAnswer }) {
  const { text, idle } = answer;
  return (
    <>
      <p>{text}</p>
      <ul className="reasons">
        {(idle?.open ?? []).slice(0, 100).map(({ task, text: why }) => (
          <li key={task}>
            <Link to={taskPath(task)}>{task}</Link> {why}
          </li>
        ))}
      </ul>
      {idle !== null && idle.more > 0 ? <p className="quiet">and {idle.more} more</p> : null}
    </>
  );
}
