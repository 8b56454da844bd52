/** That the mesh is whole again, and invariant 3 as far as a drill can wait for it. */
import type { LockRecord } from '@bzzz/protocol';
import type { Evidence, PeerEvidence, TaskEvidence } from './evidence.ts';
import type { Looked } from './judge.ts';

/**
 * Each peer here answers, and sees everybody that it saw alive before; those of this machine in any case, and by a
 * connection.
 */
export function nobodyMissing({ peers }: Pick<Evidence, 'peers'>): Looked {
  const here = new Map<string, string>(peers.map(({ id, name }) => [id, name]));
  const against = peers.flatMap(({ name, now, aliveBefore }) => {
    if (now === null) return [`${name} does not answer`];
    return [...new Map([...aliveBefore, ...here])].flatMap(([id, other]) => {
      const seen = now.members.find((member) => member.id === id);
      if (seen === undefined) return [`${name} does not know ${other}`];
      if (seen.liveness !== 'alive') return [`${name} holds ${other} for ${seen.liveness}`];
      const apart = here.has(id) && !seen.self && !seen.connected;
      return apart ? [`${name} is not connected with ${other}`] : [];
    });
  });
  return { against, seen: `${peers.length} peers, each asked for all others` };
}

/** A task has ended; or it is held by somebody who lives; or nobody is to hold it. */
export function tasksEnded(evidence: Evidence): Looked {
  const standings = evidence.tasks.map((one) => ({ one, standing: standingOf(evidence, one) }));
  const count = (of: Standing['is']) =>
    standings.filter(({ standing }) => standing.is === of).length;
  return {
    against: standings.flatMap(({ one, standing }) =>
      standing.is === 'left' ? [`${one.task}: ${standing.why}`] : [],
    ),
    seen: `${count('ended')} ended, ${count('held')} held by somebody alive`,
  };
}

type Standing = { readonly is: 'ended' | 'held' } | { readonly is: 'left'; readonly why: string };

function standingOf(evidence: Evidence, one: TaskEvidence): Standing {
  const record = lastRecord(evidence, one);
  if (record === undefined) return { is: 'ended' };
  switch (record.state) {
    case 'failed':
      return { is: 'ended' };
    case 'released':
      return isWanted(evidence, one)
        ? { is: 'left', why: `given back by ${nameOf(evidence, record.peer)}, and nobody took it` }
        : { is: 'ended' };
    case 'result':
      return isShown(evidence, one) ? { is: 'ended' } : heldBy(evidence, record);
    case 'held':
      return heldBy(evidence, record);
  }
}

function heldBy(evidence: Evidence, { peer, epoch }: LockRecord): Standing {
  const lives = evidence.peers.some(({ now }) =>
    now?.members.some(({ id, liveness }) => id === peer && liveness === 'alive'),
  );
  if (lives) return { is: 'held' };
  return {
    is: 'left',
    why: `held by ${nameOf(evidence, peer)} in epoch ${epoch}, whom nobody sees alive`,
  };
}

/** By the fence; where that could not be looked at, by the journals. Undefined: nobody holds or held it. */
function lastRecord({ peers }: Evidence, { task, fence }: TaskEvidence): LockRecord | undefined {
  if (fence !== null) {
    return fence.now.lock === null ? undefined : (fence.grown.at(-1) ?? fence.stood)?.record;
  }
  const records = peers.flatMap(({ journal }) => {
    const won = new Set(
      journal.moves.flatMap((move) =>
        move.kind === 'settled' && move.outcome === 'won' ? [move.oid] : [],
      ),
    );
    return journal.moves.flatMap((move, at) =>
      move.kind === 'intended' && move.task === task && won.has(move.oid)
        ? [{ record: move.record, at }]
        : [],
    );
  });
  return records.toSorted((a, b) => a.record.epoch - b.record.epoch || a.at - b.at).at(-1)?.record;
}

function isShown({ peers }: Evidence, { task, fence }: TaskEvidence): boolean {
  if ((fence?.pulls.length ?? 0) > 0) return true;
  return peers.some(({ journal }) =>
    journal.moves.some(
      (move) => move.kind === 'ended' && move.task === task && move.state === 'done',
    ),
  );
}

function isWanted({ peers }: Evidence, { task }: TaskEvidence): boolean {
  return peers.some(({ now }) => now?.tasks.some((one) => one.task === task && one.wanted));
}

function nameOf({ peers }: Evidence, id: string): string {
  return nameAmong(peers, id) ?? id;
}

function nameAmong(peers: readonly PeerEvidence[], id: string): string | undefined {
  const names = peers.flatMap(({ now }) => now?.members ?? []);
  return peers.find((peer) => peer.id === id)?.name ?? names.find((one) => one.id === id)?.name;
}
