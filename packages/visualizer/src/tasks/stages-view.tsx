import { clockText, spanText } from '../ui/time.ts';
import type { Stage } from './stages.ts';

const marks = { past: 'reached', now: 'here now', next: 'not yet', bad: 'failed' } as const;

/** The way from issue to pull request, with how long each part of it took. */
export function Stages({ stages }: { readonly stages: readonly Stage[] }) {
  return (
    <ol className="stages" aria-label="How far it is">
      {stages.map(({ name, state, atMs }, at) => {
        const before = stages.slice(0, at).findLast((one) => one.atMs !== null)?.atMs ?? null;
        const took = atMs !== null && before !== null && atMs >= before ? atMs - before : null;
        return (
          <li key={name} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
            <span className="stage-name">{name}</span>
            <span className="hidden">{marks[state]}</span>
            <span className="stage-time">{atMs === null ? '–' : clockText(atMs)}</span>
            <span className="stage-took">{took === null ? '' : `+${spanText(took)}`}</span>
          </li>
        );
      })}
    </ol>
  );
}
