import { useState } from 'react';
import { usePage } from '../app/page-context.ts';
import { Badge, Button, Empty, Panel } from '../ui/parts.tsx';
import { clockText } from '../ui/time.ts';
import type { TaskStory, VerdictStory } from './story.ts';

const sources = {
  given: 'by its own journal',
  heard: 'by the publisher’s journal',
  both: 'by both journals',
} as const;

/** What other peers found when they ran the acceptance themselves, and how to check that they did. */
export function Proof(props: {
  readonly task: string;
  readonly story: TaskStory;
  readonly pullRequest: number | null;
}) {
  const { task, story, pullRequest } = props;
  const chapter = story.chapters.findLast(({ publishedMs }) => publishedMs !== null);
  const verdicts = chapter?.verdicts ?? [];
  const passed = verdicts.filter(({ outcome }) => outcome === 'passed').length;
  const threshold = chapter?.threshold ?? null;
  const aside = threshold === null ? undefined : `${passed} of ${threshold} needed`;
  return (
    <Panel title="Verdicts" aside={aside}>
      {verdicts.length === 0 ? (
        <Empty title="No verdict yet">
          Once a result is published, other peers run its acceptance in a sandbox of their own.
        </Empty>
      ) : (
        <ul className="verdicts">
          {verdicts.map((verdict) => (
            <VerdictRow key={verdict.peer} verdict={verdict} />
          ))}
        </ul>
      )}
      {pullRequest === null ? null : <Verify task={task} pullRequest={pullRequest} />}
    </Panel>
  );
}

function VerdictRow({ verdict }: { readonly verdict: VerdictStory }) {
  const { view } = usePage();
  const { peer, outcome, atMs, by, reason } = verdict;
  const state = outcome === 'passed' ? 'done' : outcome === 'failed' ? 'failed' : 'open';
  return (
    <li>
      <span className="who" data-hue={view.hueOf(peer)}>
        <span className="dot" aria-hidden="true" />
        {view.nameOf(peer)}
      </span>
      <Badge state={state}>{outcome}</Badge>
      <time>{clockText(atMs)}</time>
      <span className="quiet">{reason === '' ? sources[by] : reason.split('\n')[0]}</span>
    </li>
  );
}

/**
 * Signatures are no text, so the entries here do not hold them. The peer of this page checks them when asked
 * (`certificate.tsx`); who does not trust it checks the certificate himself, on his own machine.
 */
function Verify({ task, pullRequest }: { readonly task: string; readonly pullRequest: number }) {
  const [copied, setCopied] = useState(false);
  const command = `bzzz verify ${task.slice(0, task.lastIndexOf('#'))}#${pullRequest}`;
  const copy = async () => {
    await navigator.clipboard.writeText(command);
    setCopied(true);
  };
  return (
    <div className="verify">
      <p>The certificate stands in the pull request. Check its signatures where you trust:</p>
      <p className="verify-command">
        <code>{command}</code>
        <Button onClick={() => void copy().catch(() => setCopied(false))}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </p>
    </div>
  );
}
