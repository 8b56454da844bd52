import { useLayoutEffect, useRef, useState } from 'react';
import { usePage } from '../app/page-context.ts';
import { Button, Panel } from '../ui/parts.tsx';
import type { Shown } from './joined-output.ts';
import { useOutput } from './use-output.ts';

const ended: ReadonlySet<string> = new Set(['open', 'done', 'failed', 'released']);

/** How near to the end somebody counts as being there. */
const nearPx = 24;

/** What the attempt prints, live, wherever it runs. What was printed in the past no journal knows. */
export function OutputView({ task, state }: { readonly task: string; readonly state: string }) {
  const { can } = usePage();
  return can('output') ? (
    <Output task={task} state={state} />
  ) : (
    <Panel title="Output">
      <p className="pad quiet">This key may not read what attempts print.</p>
    </Panel>
  );
}

function Output({ task, state }: { readonly task: string; readonly state: string }) {
  const { moment, view } = usePage();
  const [paused, setPaused] = useState(false);
  const live = moment.kind === 'live' && !paused;
  const shown = useOutput(task, { live, working: !ended.has(state) });
  const { last, pieces } = shown;
  // Of what has ended there is nothing more to come; what was held back meanwhile can still be had.
  const button =
    paused || last?.output?.running === true ? (
      <Button onClick={() => setPaused(!paused)}>{paused ? 'Go on' : 'Pause output'}</Button>
    ) : null;
  const by = last?.peer ?? null;
  if (moment.kind === 'past') {
    return (
      <Panel title="Output">
        <p className="pad quiet">What was printed at that moment no journal tells.</p>
      </Panel>
    );
  }
  return (
    <Panel title="Output" aside={button}>
      <p className="pad quiet">
        {by === null ? 'What the attempt prints.' : `What ${view.nameOf(by)} prints.`}{' '}
        {told(shown, state, paused)}
      </p>
      {pieces.length === 0 ? null : <Log shown={shown} live={live} />}
    </Panel>
  );
}

function told({ last, trouble }: Shown, state: string, paused: boolean): string {
  if (paused) return 'Paused.';
  if (trouble !== null) return trouble;
  if (last === null) return 'Asking …';
  const { output, why } = last;
  if (output === null) return why === null ? '' : `There is none: ${why}.`;
  const { executor, epoch, attempt, running } = output;
  const which = `Attempt ${attempt} of epoch ${epoch}, ${executor}`;
  return running ? `${which}: it runs.` : `${which}: it has ended; the task is ${state}.`;
}

/** Keeps the end in sight, until somebody scrolls away from it. */
function Log({ shown: { pieces }, live }: { readonly shown: Shown; readonly live: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    const element = box.current;
    if (element !== null && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [pieces]);
  const onScroll = () => {
    const element = box.current;
    if (element === null) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    atEnd.current = scrollHeight - scrollTop - clientHeight < nearPx;
  };
  return (
    // Whoever has no mouse must be able to scroll it.
    <div
      ref={box}
      className="output"
      role="log"
      aria-live={live ? 'polite' : 'off'}
      aria-label="Output of the attempt"
      tabIndex={0}
      onScroll={onScroll}
    >
      {pieces.map(({ key, text, gap, run }) => (
        <span key={key}>
          {run === null ? null : <strong className="output-run">{run}</strong>}
          {gap ? <em className="output-gap">what stood here is not kept{'\n'}</em> : null}
          {text}
        </span>
      ))}
    </div>
  );
}
