import type { ReactNode } from 'react';
import { usePage } from '../app/page-context.ts';
import { numberOf, textOf } from '../live/fields.ts';
import { Badge, Panel } from '../ui/parts.tsx';
import { groupedText } from '../ui/text.ts';
import { clockText, secondsText, spanText } from '../ui/time.ts';
import { deathWords, takeoverText } from './losses.ts';
import type { AttemptStory, Chapter } from './story.ts';

/** What happened under one claim. */
export function ChapterView({ chapter }: { readonly chapter: Chapter }) {
  const { view } = usePage();
  const { epoch, contest, attempts, holder, publishedMs, result, lost, end } = chapter;
  const by = holder === null ? 'held by nobody yet' : `held by ${view.nameOf(holder)}`;
  return (
    <Panel
      title={`Epoch ${epoch}`}
      aside={lost === null ? by : `${by} until it ${lost.stopped ? 'was stopped' : 'died'}`}
    >
      <ol className="story">
        {contest.length === 0 ? null : <Contest chapter={chapter} />}
        {attempts.map((attempt) => (
          <Attempt key={`${attempt.peer} ${attempt.attempt}`} attempt={attempt} />
        ))}
        {publishedMs === null ? null : (
          <Happening atMs={publishedMs} title="Result published" state="done">
            {result === null ? null : (
              <p>
                Commit <code>{result.slice(0, 12)}</code>, pushed with its lock in one atomic push
              </p>
            )}
          </Happening>
        )}
        {lost === null ? null : (
          <Happening
            atMs={lost.atMs}
            title={`Lost: ${view.nameOf(lost.peer)} ${deathWords(lost)}`}
            state="failed"
          >
            {lost.by === null
              ? ''
              : `${view.nameOf(lost.by)} ${lost.stopped ? 'heard' : 'found'} it. `}
            Whoever can do the task takes it over.
          </Happening>
        )}
        {end === null ? null : (
          <Happening
            atMs={end.atMs}
            title={`Ended: ${end.state}`}
            state={end.state === 'done' ? 'done' : 'failed'}
          >
            {end.reason}
          </Happening>
        )}
      </ol>
    </Panel>
  );
}

function Happening(props: {
  readonly atMs: number;
  readonly title: ReactNode;
  readonly state: string;
  readonly children?: ReactNode;
}) {
  return (
    <li className="happening" data-state={props.state}>
      <time>{clockText(props.atMs)}</time>
      <div>
        <p className="happening-title">{props.title}</p>
        <div className="happening-text">{props.children}</div>
      </div>
    </li>
  );
}

/** Who reached for the task, and who got it. */
function Contest({ chapter: { contest, takeover } }: { readonly chapter: Chapter }) {
  const { view } = usePage();
  const winner = contest.find(({ outcome }) => outcome === 'won');
  const [first] = contest;
  if (first === undefined) return null;
  const got = takeover === null ? 'Claimed' : 'Taken over';
  const title =
    winner === undefined ? 'Contest, nobody won yet' : `${got} by ${view.nameOf(winner.peer)}`;
  const losers = contest.filter(({ outcome }) => outcome !== 'won');
  return (
    <Happening atMs={winner?.atMs ?? first.atMs} title={title} state="claimed">
      {takeover === null || winner === undefined ? null : (
        <p>{takeoverText(takeover, winner.atMs, view.nameOf)}</p>
      )}
      {losers.length === 0 ? 'Nobody else reached for it.' : null}
      <ul className="tries">
        {losers.slice(0, 20).map((one) => (
          <li key={`${one.peer} ${one.atMs}`}>
            <span className="who" data-hue={view.hueOf(one.peer)}>
              <span className="dot" aria-hidden="true" />
              {view.nameOf(one.peer)}
            </span>{' '}
            {one.outcome}
            {one.holder === null ? '' : ` to ${view.nameOf(one.holder)}`}
          </li>
        ))}
      </ul>
    </Happening>
  );
}

function Attempt({ attempt }: { readonly attempt: AttemptStory }) {
  const { view, nowMs } = usePage();
  const { outcome, executor, startedMs, elapsedMs, commits, reason, steps, spent } = attempt;
  const time = outcome === null ? `for ${spanText(nowMs - startedMs)}` : secondsText(elapsedMs);
  const state = outcome === null ? 'running' : outcome === 'accepted' ? 'done' : 'failed';
  return (
    <Happening
      atMs={startedMs}
      state={state}
      title={
        <>
          Attempt {attempt.attempt} with {executor}{' '}
          <Badge state={state}>{outcome ?? 'running'}</Badge>
        </>
      }
    >
      <p>
        by {view.nameOf(attempt.peer)}, {time}
        {commits > 0 ? `, ${commits} commit${commits === 1 ? '' : 's'}` : ''}
        {spent === null ? '' : spentText(spent)}
      </p>
      {steps.length === 0 ? null : (
        <ul className="tries">
          {steps.map((step) => (
            <li key={`${step.step} ${step.role}`}>
              <strong>{step.role}</strong> ({step.executor}) {step.outcome},{' '}
              {secondsText(step.elapsedMs)}
              {step.reason === '' ? null : <span className="quiet"> {firstLine(step.reason)}</span>}
            </li>
          ))}
        </ul>
      )}
      {reason === '' ? null : (
        <pre className="raw" tabIndex={0} role="region" aria-label="Why it ended">
          {reason}
        </pre>
      )}
    </Happening>
  );
}

function spentText(spent: NonNullable<AttemptStory['spent']>): string {
  const model = textOf(spent, 'model');
  const read = numberOf(spent, 'tokensRead');
  const written = numberOf(spent, 'tokensWritten');
  const cost = numberOf(spent, 'costUsd');
  const parts = [
    ...(model === null ? [] : [model]),
    ...(read === null ? [] : [`${groupedText(read)} tokens read`]),
    ...(written === null ? [] : [`${groupedText(written)} written`]),
    ...(cost === null ? [] : [`$${cost.toFixed(2)}`]),
  ];
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
