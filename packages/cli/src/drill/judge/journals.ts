/** Invariants 7 and 8: what was told as written is still there, came before what it is about, and has no second version. */
import type { Evidence, PeerEvidence } from './evidence.ts';
import type { Looked } from './judge.ts';

/** How many positions are named of a journal; the rest is counted. */
const namedMax = 3;

/** The same journal, and in it what each peer ever told us of it. */
export function entriesKept({ peers }: Evidence): Looked {
  const against = peers.flatMap(({ name, journal }) => {
    const { key, keyBefore, heard, kept, length } = journal;
    if (key === null) return [`${name} does not answer, so nobody can tell`];
    if (key !== keyBefore) return [`${name} has another journal, ${key}`];
    const gone = [...heard.keys()].filter((seq) => seq >= length || !kept.has(seq));
    const other = [...heard].filter(([seq, digest]) => kept.has(seq) && kept.get(seq) !== digest);
    return [
      ...told(name, 'lost', gone),
      ...told(
        name,
        'has others in the place of',
        other.map(([seq]) => seq),
      ),
    ];
  });
  const replicas = peers.flatMap(({ name, journal, id }) => {
    const ahead = replicasOf(peers, id).filter(({ here }) => here > journal.length);
    return ahead.map(
      ({ by, here }) =>
        `${by} holds ${here} entries of ${name}, which has ${journal.length} itself`,
    );
  });
  const count = peers.reduce((sum, { journal }) => sum + journal.heard.size, 0);
  return {
    against: [...against, ...replicas],
    seen: `${count} entries of ${peers.length} journals`,
  };
}

/** Every move of a fence, by the journal that made it: first what was meant, then what came of it. */
export function intentsFirst({ peers, tasks }: Evidence): Looked {
  const intents = new Map(peers.map((peer) => [peer.id, intentsOf(peer)]));
  const settled = peers.flatMap(({ id, name, journal }) =>
    journal.moves.flatMap((move) => {
      if (move.kind !== 'settled') return [];
      const meant = intents.get(id)?.get(move.oid);
      return meant !== undefined && meant < move.seq
        ? []
        : [
            `${name} settled ${move.oid} of ${move.task} at ${move.seq} without an intent before it`,
          ];
    }),
  );
  const links = tasks.flatMap(({ task, fence }) =>
    (fence?.grown ?? []).map(({ oid, record }) => ({ task, oid, peer: record.peer })),
  );
  const pushed = links.flatMap(({ task, oid, peer }) => {
    const own = intents.get(peer);
    return own === undefined || own.has(oid)
      ? []
      : [`${oid} of ${task} was pushed by ${peer}, whose journal does not tell of it`];
  });
  return { against: [...settled, ...pushed], seen: `${links.length} pushes since the drill began` };
}

/** Nobody was set aside since, by anybody here. */
export function oneHistory({ peers }: Evidence): Looked {
  const against = peers.flatMap(({ name, now, asideBefore }) =>
    (now?.aside ?? [])
      .filter(({ peer }) => !asideBefore.has(peer))
      .map(({ peer, reason }) => `${name} set ${peer} aside: ${reason}`),
  );
  return { against, seen: `the word of ${peers.length} peers` };
}

function told(name: string, what: string, seqs: readonly number[]): string[] {
  if (seqs.length === 0) return [];
  const named = seqs.slice(0, namedMax).join(', ');
  return [`${name} ${what} ${seqs.length} entries that it had told, at ${named}`];
}

function replicasOf(peers: readonly PeerEvidence[], id: string) {
  return peers.flatMap(({ name, now }) =>
    (now?.members ?? [])
      .filter((member) => member.id === id && !member.self)
      .map(({ journal }) => ({ by: name, here: journal.here })),
  );
}

function intentsOf({ journal }: PeerEvidence): ReadonlyMap<string, number> {
  const intents = new Map<string, number>();
  for (const move of journal.moves) {
    if (move.kind === 'intended' && !intents.has(move.oid)) intents.set(move.oid, move.seq);
  }
  return intents;
}
