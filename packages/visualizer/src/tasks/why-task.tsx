import { WhyTaskAnswer } from '@bzzz/protocol/api';
import { useState } from 'react';
import { tellOf } from '../live/api.ts';
import { ask } from '../live/api.ts';
import { Button, Panel } from '../ui/parts.tsx';

type Asked = WhyTaskAnswer | { readonly trouble: string } | 'busy' | null;

/** Asks every peer why it takes the task or not. */
export function WhyTask({ task }: { readonly task: string }) {
  const [asked, setAsked] = useState<Asked>(null);
  const go = async () => {
    setAsked('busy');
    const path = `why/tasks/${encodeURIComponent(task)}`;
    setAsked(
      await ask({ path, schema: WhyTaskAnswer }).catch((error: unknown) => ({
        trouble: tellOf(error).text,
      })),
    );
  };
  const button = (
    <Button disabled={asked === 'busy'} onClick={() => void go()}>
      {asked === 'busy' ? 'Asking …' : 'Ask every peer'}
    </Button>
  );
  return (
    <Panel title="Why" aside={button}>
      <div role="status" className="pad">
        {asked === null || asked === 'busy' ? (
          <p className="quiet">Each peer tells why it takes this task, or why it does not.</p>
        ) : 'trouble' in asked ? (
          <p className="trouble">{asked.trouble}</p>
        ) : (
          <>
            <p>{asked.text}</p>
            <ul className="reasons">
              {asked.peers.slice(0, 100).map(({ peer, name, text }) => (
                <li key={peer}>
                  <strong>{name}</strong> {text}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Panel>
  );
}
