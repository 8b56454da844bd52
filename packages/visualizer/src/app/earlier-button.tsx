import { Button } from '../ui/parts.tsx';
import type { Loading } from './use-earlier.ts';

/** Asks for more, and says when there is none. */
export function EarlierButton({ earlier, busy, trouble, load }: Loading) {
  if (earlier.kind === 'whole') return <span className="scrubber-end">All of it</span>;
  if (earlier.kind === 'full') return <span className="scrubber-end">No more fits here</span>;
  return (
    <>
      {trouble === null ? null : (
        <span className="scrubber-end" role="alert">
          {trouble}
        </span>
      )}
      <Button kind="quiet" disabled={busy} onClick={load}>
        {busy ? 'Asking …' : 'Earlier'}
      </Button>
    </>
  );
}
