/** Requests for help as trees: who was asked through whom, and what came of it. */
import type { StoryEntry } from '@bzzz/protocol/api';
import { numberOf, textOf } from '../live/fields.ts';

export interface HelpNode {
  readonly peer: string;
  readonly hop: number;
  readonly budget: number;
  /** Null: it has not come back. */
  readonly outcome: string | null;
  readonly reason: string;
  readonly children: readonly HelpNode[];
}

export interface HelpStory {
  readonly id: string;
  readonly asker: string;
  readonly question: string;
  readonly askedMs: number;
  readonly branches: readonly HelpNode[];
  readonly end: {
    readonly outcome: string;
    readonly by: string | null;
    readonly reason: string;
  } | null;
}

interface Branch {
  readonly opener: string;
  readonly peer: string;
  readonly hop: number;
  readonly budget: number;
  outcome: string | null;
  reason: string;
}

interface Request {
  readonly id: string;
  readonly asker: string;
  readonly question: string;
  readonly askedMs: number;
  readonly branches: Branch[];
  end: HelpStory['end'];
}

export function helpOf(entries: readonly StoryEntry[]): HelpStory[] {
  const requests = new Map<string, Request>();
  for (const { peer: writer, entry } of entries) {
    const { body } = entry;
    const id = textOf(body, 'id');
    if (!body.kind.startsWith('help.') || writer === null || id === null) continue;
    if (body.kind === 'help.asked') {
      const question = textOf(body, 'question') ?? '';
      const askedMs = entry.at.wallMs;
      requests.set(id, { id, asker: writer, question, askedMs, branches: [], end: null });
    }
    const request = requests.get(id);
    const peer = textOf(body, 'peer') ?? '';
    const outcome = textOf(body, 'outcome') ?? '?';
    const reason = textOf(body, 'reason') ?? '';
    if (request === undefined) continue;
    if (body.kind === 'help.sent') {
      const hop = numberOf(body, 'hop') ?? 0;
      const budget = numberOf(body, 'budget') ?? 0;
      request.branches.push({ opener: writer, peer, hop, budget, outcome: null, reason: '' });
    }
    if (body.kind === 'help.returned') {
      const branch = request.branches.find((one) => one.opener === writer && one.peer === peer);
      if (branch !== undefined) Object.assign(branch, { outcome, reason });
    }
    if (body.kind === 'help.ended') request.end = { outcome, by: textOf(body, 'by'), reason };
  }
  return [...requests.values()].map(({ branches, ...request }) => ({
    ...request,
    branches: below(branches, request.asker, 1),
  }));
}

/** A peer's own branches are those of one hop more: hops end, so this does. */
function below(branches: readonly Branch[], opener: string, hop: number): HelpNode[] {
  if (hop > 8) return [];
  return branches
    .filter((branch) => branch.opener === opener && branch.hop === hop)
    .map(({ peer, budget, outcome, reason }) => {
      return { peer, hop, budget, outcome, reason, children: below(branches, peer, hop + 1) };
    });
}
