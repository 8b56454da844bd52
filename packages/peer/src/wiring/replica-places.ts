/**
 * Whose journals are kept here, of which there are so many at most. Every member has a place as long as there is one.
 * Then a living member takes that of whoever is none: first of who has been silent longest, by the last entry that
 * is here of it. Its clock may be wrong: an entry from the future says nothing, and its writer counts as silent
 * for ever.
 */
import type { Clock, JournalLog, MemberView } from '@bzzz/coordination';
import type { Journals } from '@bzzz/journal';
import type { JournalKey } from '@bzzz/protocol';

export interface ReplicaPlacesDeps {
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly journals: Pick<Journals, 'replica' | 'replicas' | 'letGo'>;
  readonly members: () => readonly MemberView[];
  /** Journals that stay, whoever wrote them: what this peer wrote itself before it was restored, and evidence. */
  readonly staying: () => ReadonlySet<JournalKey>;
}

export interface ReplicaPlaces {
  /** Gives places to those who have none while there are any. True: a living member has none. */
  fill(): boolean;
  /** Lets one journal go of whoever is no living member. Null: there is none. */
  makePlace(signal: AbortSignal): Promise<JournalKey | null>;
}

export function createReplicaPlaces(
  deps: ReplicaPlacesDeps,
  { replicasMax }: { readonly replicasMax: number },
): ReplicaPlaces {
  const { clock, journals } = deps;

  async function silentSinceMs(log: JournalLog, signal: AbortSignal): Promise<number> {
    let lastMs = 0;
    try {
      for await (const { entry } of log.read({ from: log.length() - 1, signal })) {
        lastMs = entry.at.wallMs;
      }
    } catch {
      signal.throwIfAborted();
      // What cannot be read is of no use.
    }
    return lastMs > clock.wallMs() ? 0 : lastMs;
  }

  const spare = () => {
    const members = deps.members();
    return spareReplicas({ replicas: journals.replicas(), members, staying: deps.staying() });
  };

  return {
    fill() {
      let isShort = false;
      const others = deps.members().filter(({ self }) => !self);
      // Or a place that was made would go to one of the dead.
      const inOrder = [...others.filter(mayTake), ...others.filter((one) => !mayTake(one))];
      for (const member of inOrder) {
        const { key } = member.capabilities.journal;
        const replicas = journals.replicas();
        if (replicas.some((replica) => replica.key === key)) continue;
        if (replicas.length < replicasMax) journals.replica(key);
        else if (mayTake(member)) isShort = true;
      }
      return isShort;
    },
    async makePlace(signal) {
      const found: { key: JournalKey; sinceMs: number }[] = [];
      for (const replica of spare()) {
        found.push({ key: replica.key, sinceMs: await silentSinceMs(replica, signal) });
      }
      // Somebody may have come back meanwhile.
      const still = new Set(spare().map(({ key }) => key));
      const [first] = found
        .filter(({ key }) => still.has(key))
        .sort((a, b) => a.sinceMs - b.sinceMs);
      if (first === undefined) return null;
      await journals.letGo(first.key);
      return first.key;
    },
  };
}

/** Whoever is dead, was removed or tells two stories takes nobody's place. */
function mayTake({ liveness, removed, quarantined }: MemberView): boolean {
  return liveness !== 'dead' && !removed && !quarantined;
}

/** Those whose place a living member may take. */
function spareReplicas<T extends { readonly key: JournalKey; forked(): boolean }>({
  replicas,
  members,
  staying,
}: {
  readonly replicas: readonly T[];
  readonly members: readonly MemberView[];
  readonly staying: ReadonlySet<JournalKey>;
}): readonly T[] {
  const living = members.filter(({ liveness, removed }) => liveness !== 'dead' && !removed);
  const keys = new Set(living.map(({ capabilities }) => capabilities.journal.key));
  return replicas.filter((one) => !keys.has(one.key) && !staying.has(one.key) && !one.forked());
}

/** Living members whose journals are not kept, since all places are taken by others who live. */
export function withoutPlace(
  { journals, members, staying }: Omit<ReplicaPlacesDeps, 'clock'>,
  { replicasMax }: { readonly replicasMax: number },
): MemberView[] {
  const replicas = journals.replicas();
  if (replicas.length < replicasMax) return [];
  const all = members();
  if (spareReplicas({ replicas, members: all, staying: staying() }).length > 0) return [];
  const kept = new Set(replicas.map(({ key }) => key));
  return all.filter((one) => !one.self && mayTake(one) && !kept.has(one.capabilities.journal.key));
}
