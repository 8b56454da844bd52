import { DoctorAnswer } from '@bzzz/protocol/api';
import { AskPanel } from '../ui/ask-panel.tsx';
import { Words } from '../ui/words.tsx';

/** What `bzzz doctor` says. */
export function Doctor() {
  return (
    <AskPanel
      title="Doctor"
      path="doctor"
      schema={DoctorAnswer}
      words={['Look', 'Looking …']}
      about="Looks at everything that this peer needs, and says what is missing."
    >
      {({ checks }) => (
        <ul className="checks">
          {checks.map(({ name, ok, detail, advice }) => (
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
    </AskPanel>
  );
}
