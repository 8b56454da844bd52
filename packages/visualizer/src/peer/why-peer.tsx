import { WhyPeerAnswer } from '@bzzz/protocol/api';
import { useState } from 'react';
import { Link } from '../app/navigation.tsx';
import { taskPath } from '../app/routes.ts';
import { ask, tellOf } from '../live/api.ts';
import { Button, Panel } from '../ui/parts.tsx';

type Asked = WhyPeerAnswer | { readonly trouble: string } | 'busy' | null;

/** Asks a peer why it is idle, or what it is at. */
export function WhyPeer({ peer }: { readonly peer: string }) {
  const [asked, setAsked] = useState<Asked>(null);
  const go = async () => {
    setAsked('busy');
    const path = `why/peers/${encodeURIComponent(peer)}`;
    setAsked(
      await ask({ path, schema: WhyPeerAnswer }).catch((error: unknown) => ({
        trouble: tellOf(error).text,
      })),
    );
  };
  const button = (
    <Button disabled={asked === 'busy'} onClick={() => void go()}>
      {asked === 'busy' ? 'Asking …' : 'Ask it'}
    </Button>
  );
  return (
    <Panel title="Reasons" aside={button}>
      <div role="status" className="pad">
        {asked === null || asked === 'busy' ? (
          <p className="quiet">
            The peer itself tells why it is idle, and why it leaves open tasks.
          </p>
        ) : 'trouble' in asked ? (
          <p className="trouble">{asked.trouble}</p>
        ) : (
          <Reasons answer={asked} />
        )}
      </div>
    </Panel>
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
