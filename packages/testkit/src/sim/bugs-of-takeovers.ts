/** Bugs in who is missed, who takes over, and what is remembered. */
import type { BugSpec } from './bug-spec.ts';

export const bugsOfTakeovers = {
  'cries-fork': {
    what: 'a journal that has grown is taken for one of which two stories are told',
    breaks: [8],
    edits: [
      {
        file: 'quarantine/heard-heads.ts',
        find: '(a.length === b.length && a.treeHash !== b.treeHash)',
        replace: 'a.treeHash !== b.treeHash',
      },
      {
        file: 'quarantine/contradiction.ts',
        find: 'if (a.length !== b.length || a.treeHash === b.treeHash) return undefined;',
        replace: 'if (a.treeHash === b.treeHash) return undefined;',
      },
    ],
  },
  'forgets-its-claims': {
    what: 'what an earlier run intended is not read from the journal',
    breaks: [3],
    edits: [
      {
        file: 'peer/coordinator.ts',
        find: 'for (const task of memory.unfinished) workforce.resume(task);',
        replace: 'void memory.unfinished;',
      },
      {
        // Or it would learn from others that a claim of its own stands.
        file: 'fence/returned.ts',
        find: 'if (!fence.owns(task, lock) || workforce.active().includes(task)) return false;',
        replace: "if (lock !== '') return false;",
      },
    ],
  },
  'never-takes-over': {
    what: 'a lease that ran out is left standing',
    breaks: [3, '4.3-lease-out'],
    edits: [
      {
        file: 'fence/forfeit.ts',
        find: 'if (leases.stoodMs(record.task, oid) >= record.leaseMs) return true;',
        replace: '',
      },
    ],
  },
  'leaves-it-to-the-first': {
    what: 'only the first two candidates watch a lease, who may be lost themselves',
    breaks: [3],
    edits: [
      {
        file: 'contest/contest.ts',
        find: 'if (place >= 0) options.onGuard(entry, place);',
        replace: 'if (place >= 0 && place < 2) options.onGuard(entry, place);',
      },
    ],
  },
  'waits-for-the-lease': {
    what: 'what a peer held that is confirmed dead is left until its lease is out',
    breaks: ['4.3-eager'],
    edits: [
      {
        file: 'fence/forfeit.ts',
        find: 'return deps.isConfirmedDead(record.peer);',
        replace: 'return false;',
      },
    ],
  },
  'minority-buries': {
    what: 'who sees a minority declares the others dead',
    breaks: ['4.3-majority'],
    edits: [
      {
        file: 'membership/liveness.ts',
        find: '!(await seesMajorityWithout(peer))',
        replace: 'false',
      },
      {
        file: 'membership/liveness.ts',
        find: "others === 'unreached' && !sees",
        replace: 'false',
      },
    ],
  },
  'counts-connections': {
    what: 'a connection on which nothing comes counts as a peer that is seen',
    breaks: ['4.3-majority'],
    edits: [
      {
        file: 'membership/roll-call.ts',
        find: 'if (await heartbeat.reach(other)) seen.add(other);',
        replace: 'seen.add(other);',
      },
    ],
  },
  'deaf-to-silence': {
    what: 'only closed connections are noticed, not those on which nothing comes',
    breaks: ['4.3-silence'],
    edits: [
      {
        file: 'membership/liveness.ts',
        find: 'if (silence.isOverdue(peer, nowMs))',
        replace: 'if (silence.isOverdue(peer, nowMs - 3_600_000))',
      },
    ],
  },
  'buries-unasked': {
    what: 'a peer that is missed is declared dead without asking others',
    breaks: ['4.3-probe'],
    edits: [
      {
        file: 'membership/liveness.ts',
        find: 'rendezvous(target, others).slice(0, helpersMax)',
        replace: 'rendezvous(target, others).slice(0, 0)',
      },
      {
        file: 'membership/liveness.ts',
        find: "if (answers.length === 0) return 'nobody-asked';",
        replace: '',
      },
    ],
  },
  'says-nothing': {
    what: 'a peer that hears that it is suspected does not say that it lives',
    breaks: ['4.3-refute'],
    edits: [
      {
        file: 'membership/presence.ts',
        find: 'if (suspected < incarnation || ',
        replace: 'if (suspected < incarnation + 1_000 || ',
      },
    ],
  },
  'closed-unnoticed': {
    what: 'a connection that closes is left to the next silence',
    breaks: ['4.3-closed'],
    edits: [
      {
        file: 'membership/liveness.ts',
        find: 'if (!isOpen) onClosed(peer);',
        replace: '',
      },
    ],
  },
  'suspects-in-silence': {
    what: 'a suspicion is kept to oneself',
    breaks: ['4.3-gossip'],
    edits: [
      {
        file: 'membership/liveness.ts',
        find: "await mesh.publish(topics.health, { kind: 'suspected', peer, incarnation });",
        replace: 'void incarnation;',
      },
    ],
  },
} as const satisfies Readonly<Record<string, BugSpec>>;
