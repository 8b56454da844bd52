import type { Running } from './run.ts';

/** What became of an order, told to eyes and ears. */
export function Outcome({ running }: { readonly running: Running }) {
  return (
    <p className="outcome" data-kind={running.kind} role="status">
      {running.kind === 'busy' ? 'Asking the peer …' : null}
      {running.kind === 'done' ? running.text : null}
      {running.kind === 'refused' ? `${running.text} ${running.advice}` : null}
    </p>
  );
}
