import { type Check, DoctorAnswer } from '@bzzz/protocol/api';
import { useState } from 'react';
import { ask, tellOf } from '../live/api.ts';
import { Button, Panel } from '../ui/parts.tsx';
import { Words } from '../ui/words.tsx';

type Asked = { readonly checks: readonly Check[] } | { readonly trouble: string } | 'busy' | null;

/** What `bzzz doctor` says. */
export function Doctor() {
  const [asked, setAsked] = useState<Asked>(null);
  const go = async () => {
    setAsked('busy');
    setAsked(
      await ask({ path: 'doctor', schema: DoctorAnswer }).catch((error: unknown) => ({
        trouble: tellOf(error).text,
      })),
    );
  };
  const button = (
    <Button disabled={asked === 'busy'} onClick={() => void go()}>
      {asked === 'busy' ? 'Looking …' : 'Look'}
    </Button>
  );
  return (
    <Panel title="Doctor" aside={button}>
      <div role="status" className="pad">
        {asked === null || asked === 'busy' ? (
          <p className="quiet">
            Looks at everything that this peer needs, and says what is missing.
          </p>
        ) : 'trouble' in asked ? (
          <p className="trouble">{asked.trouble}</p>
        ) : (
          <ul className="checks">
            {asked.checks.map(({ name, ok, detail, advice }) => (
              <li key={name} data-ok={ok}>
                <strong>
                  {ok ? '✓' : '✗'} {name}
                </strong>{' '}
                {detail}{' '}
                {advice === null ? null : (
                  <span className="quiet">
                    <Words text={advice} />
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}
