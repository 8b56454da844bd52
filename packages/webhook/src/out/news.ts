/** What of a peer's journal others want to be told, and as what. Pure. */
import { createHash } from 'node:crypto';
import type { StoredEntry } from '@bzzz/coordination';
import { type EntryBody, type NewsKind, type PeerId, type TaskId, taskParts } from '@bzzz/protocol';

export interface Teller {
  readonly mesh: string;
  readonly peer: { readonly id: PeerId; readonly name: string };
  /** Root of the pages of the forge. */
  readonly webUrl: string;
}

export interface News {
  /** The same whoever tells it and however often: by it the receiver knows again what it was told. */
  readonly id: string;
  readonly kind: NewsKind;
  /** As it is sent. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What is told of an entry, and what makes it the same wherever it is told. */
interface Told {
  readonly kind: NewsKind;
  readonly needsPerson: boolean;
  readonly about: readonly unknown[];
  readonly more: object;
}

/** Null: of no concern to others. */
export function newsOf({ seq, entry: { at, body } }: StoredEntry, teller: Teller): News | null {
  const { mesh, peer } = teller;
  const told = toldOf(body, { atMs: at.wallMs, ...teller });
  if (told === null) return null;
  const { kind, needsPerson, about, more } = told;
  const id = idOf([mesh, kind, ...about]);
  return { id, kind, body: { id, kind, needsPerson, mesh, peer, seq, atMs: at.wallMs, ...more } };
}

function toldOf(
  body: EntryBody,
  { atMs, webUrl }: Pick<Teller, 'webUrl'> & { readonly atMs: number },
): Told | null {
  // What is given back, others take.
  if (body.kind === 'task.ended' && body.state !== 'released') {
    const { task, epoch, reason, pullRequest } = body;
    const pullRequestUrl = `${webUrl}/${taskParts(task).repo}/pull/${pullRequest}`;
    const pull = pullRequest === undefined ? {} : { pullRequest, pullRequestUrl };
    const isFailed = body.state === 'failed';
    return {
      kind: isFailed ? 'task.failed' : 'task.done',
      needsPerson: isFailed,
      about: [task, epoch],
      more: { ...issueOf(task, webUrl), epoch, reason, ...pull },
    };
  }
  if (body.kind === 'attempt.ended' && body.outcome === 'failed') {
    const { task, epoch, attempt, reason } = body;
    return {
      kind: 'attempt.failed',
      needsPerson: false,
      about: [task, epoch, attempt],
      more: { ...issueOf(task, webUrl), epoch, attempt, reason },
    };
  }
  if (body.kind === 'peer.quarantined') {
    // Every peer finds it; the day, since the same peer may do it again.
    const day = new Date(atMs).toISOString().slice(0, 10);
    return {
      kind: 'peer.quarantined',
      needsPerson: true,
      about: [body.peer, day],
      more: { quarantined: body.peer, reason: body.reason },
    };
  }
  return null;
}

function issueOf(task: TaskId, webUrl: string): object {
  const { repo, number } = taskParts(task);
  return { task, repo, number, issueUrl: `${webUrl}/${repo}/issues/${number}` };
}

function idOf(parts: readonly unknown[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
  return `msg_${hash.slice(0, 32)}`;
}
