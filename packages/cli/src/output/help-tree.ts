/** Requests for help as trees: who was asked through whom, and what came of it. */
import type { StoryEntry } from '@bzzz/peer';
import { printable } from '../terminal.ts';
import { shortId } from './units.ts';

interface Branch {
  readonly peer: string;
  readonly hop: number;
  outcome: string;
}

interface Request {
  readonly question: string;
  readonly asker: string;
  /** By who opened it. */
  readonly branches: Map<string, Branch[]>;
  end: string;
}

/** One block of lines a request, the oldest first; `nameOf` says a peer's name for people. */
export function helpTrees(
  story: readonly StoryEntry[],
  nameOf: (peer: string) => string | null,
): string[] {
  const named = (peer: string) => printable(nameOf(peer) ?? shortId(peer));
  return [...requestsOf(story).values()].flatMap(({ question, asker, branches, end }) => {
    const head = `${named(asker)} asked: ${question === '' ? 'for the whole job' : printable(question)}`;
    return [head, ...linesBelow(branches, asker, 1, named), `  ${printable(end)}`];
  });
}

function requestsOf(story: readonly StoryEntry[]): ReadonlyMap<string, Request> {
  const requests = new Map<string, Request>();
  for (const { peer: writer, entry } of story) {
    const { body } = entry;
    if (!body.kind.startsWith('help.') || writer === null) continue;
    const id = text(body['id']);
    if (body.kind === 'help.asked') {
      const question = text(body['question']);
      requests.set(id, { question, asker: writer, branches: new Map(), end: 'no end is known' });
    }
    const request = requests.get(id);
    if (request === undefined) continue;
    const own = request.branches.get(writer) ?? [];
    if (body.kind === 'help.sent') {
      const hop = Number(body['hop']);
      request.branches.set(writer, [...own, { peer: text(body['peer']), hop, outcome: 'asked' }]);
    }
    if (body.kind === 'help.returned') {
      const branch = own.find(({ peer }) => peer === text(body['peer']));
      if (branch !== undefined) branch.outcome = said(body['outcome'], body['reason']);
    }
    if (body.kind === 'help.ended') request.end = `end: ${said(body['outcome'], body['reason'])}`;
  }
  return requests;
}

/** A peer's own branches are those of one hop more: it may have been asked by two ways. */
function linesBelow(
  branches: Request['branches'],
  peer: string,
  hop: number,
  named: (peer: string) => string,
): string[] {
  return (branches.get(peer) ?? [])
    .filter((branch) => branch.hop === hop)
    .flatMap((branch) => [
      `${'  '.repeat(hop)}${named(branch.peer)} (hop ${hop}): ${printable(branch.outcome)}`,
      ...linesBelow(branches, branch.peer, hop + 1, named),
    ]);
}

function said(outcome: unknown, reason: unknown): string {
  const why = text(reason).split('\n')[0] ?? '';
  return why === '' ? text(outcome) : `${text(outcome)}: ${why}`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
