import { QuarantineAnswer } from '@bzzz/protocol/api';
import { useCallback, useEffect, useState } from 'react';
import { QuarantineDialog, type Decision } from '../actions/quarantine-dialog.tsx';
import { usePage } from '../app/page-context.ts';
import { ask } from '../live/api.ts';
import { Button } from '../ui/parts.tsx';
import { dateText } from '../ui/time.ts';
import { ProblemList } from './problem-list.tsx';

type Quarantined = QuarantineAnswer['quarantined'][number];

/** Peers whose journals tell two stories, with what they signed, until a person decides about each. */
export function Quarantine() {
  const { state, can } = usePage();
  const [found, setFound] = useState<readonly Quarantined[]>([]);
  const [decision, setDecision] = useState<Decision | null>(null);
  // The status says that there are some, and changes with each.
  const told = (state.status?.problems ?? [])
    .filter(({ code }) => code === 'journal_forked')
    .map(({ text }) => text)
    .join('\n');
  const load = useCallback(async (signal: AbortSignal) => {
    try {
      setFound((await ask({ path: 'quarantine', schema: QuarantineAnswer, signal })).quarantined);
    } catch {
      // The banner says that the peer does not answer, and the next status brings it here again.
    }
  }, []);
  useEffect(() => {
    if (told === '') {
      setFound([]);
      return undefined;
    }
    const over = new AbortController();
    void load(over.signal);
    return () => over.abort();
  }, [told, load]);
  const mayDecide = can('operate');
  return (
    <>
      {found.length === 0 ? null : (
        <ProblemList
          title="Quarantine"
          well=""
          items={found.map((one) => ({
            key: one.peer,
            severity: 'error',
            text: `${one.name ?? 'An unknown peer'} (${one.peer.slice(-8)}) is set aside: ${one.reason}`,
            advice: `Since ${dateText(one.sinceWallMs)}. Find out who runs from a copy of its data folder before it is trusted again.`,
            more: (
              <>
                <Proof of={one} />
                {mayDecide ? (
                  <p className="task-orders">
                    <Button kind="danger" onClick={() => setDecision({ of: one, act: 'lift' })}>
                      Trust it again
                    </Button>{' '}
                    <Button onClick={() => setDecision({ of: one, act: 'keep' })}>
                      Keep it set aside
                    </Button>
                  </p>
                ) : null}
              </>
            ),
          }))}
        />
      )}
      {decision === null ? null : (
        <QuarantineDialog decision={decision} onClose={() => setDecision(null)} />
      )}
    </>
  );
}

/** Two statements that cannot both be true; the whole, with its signatures, for whoever wants to check it. */
function Proof({ of: { evidence, name } }: { readonly of: Quarantined }) {
  const heads = evidence.kind === 'heads' ? [evidence.first, evidence.second] : [evidence.head];
  return (
    <details>
      <summary>Proof</summary>
      <ul className="reasons">
        {heads.map(({ head, signature }) => (
          <li key={signature}>
            it signed {head.length} blocks of fork {head.fork} as{' '}
            <code>{head.treeHash.slice(0, 16)}</code>
          </li>
        ))}
        {evidence.kind === 'heads' ? null : (
          <li>
            its journal’s key signed {evidence.tree.length} blocks of fork {evidence.tree.fork} that
            do not begin so
          </li>
        )}
      </ul>
      <pre
        className="raw"
        tabIndex={0}
        role="region"
        aria-label={`What ${name ?? 'it'} signed, as \`bzzz quarantine check\` reads it`}
      >
        {JSON.stringify(evidence, null, 2)}
      </pre>
    </details>
  );
}
