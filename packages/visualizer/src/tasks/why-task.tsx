import { saidOnce, WhyTaskAnswer } from '@bzzz/protocol/api';
import { AskPanel } from '../ui/ask-panel.tsx';

/** Asks every peer why it takes the task or not. */
export function WhyTask({ task }: { readonly task: string }) {
  return (
    <AskPanel
      title="Why"
      path={`why/tasks/${encodeURIComponent(task)}`}
      schema={WhyTaskAnswer}
      words={['Ask every peer', 'Asking …']}
      about="Each peer tells why it takes this task, or why it does not."
    >
      {({ text: conclusion, peers }) => (
        <>
          <p>{conclusion}</p>
          <ul className="reasons">
            {saidOnce(peers, ({ name }) => name)
              .slice(0, 100)
              .map(({ who, first }) => (
                <li key={first.peer}>
                  <strong>{who}</strong>: {first.text}
                </li>
              ))}
          </ul>
        </>
      )}
    </AskPanel>
  );
}
