import type { ErrorSpec } from './spec.ts';

/** Of the words and decisions, and of what a peer cannot be without. */
export const coreErrors = {
  // protocol
  message_too_large: {
    status: 413,
    retryable: false,
    advice: 'Send less; the limits are in docs/PROTOCOL.md.',
  },
  message_malformed: {
    status: 400,
    retryable: false,
    advice: 'The sender does not speak this protocol; compare versions with `bzzz peers`.',
  },
  message_invalid: {
    status: 422,
    retryable: false,
    advice: 'The message does not fit its schema in docs/PROTOCOL.md; compare versions.',
  },
  lock_malformed: {
    status: 422,
    retryable: false,
    advice:
      'The tip of the lock branch was not written by bzzz. Delete the branch and reopen the issue to let bzzz start over.',
  },
  certificate_invalid: {
    status: 422,
    retryable: false,
    advice: 'Do not trust the result by it: the certificate was changed, or is none of bzzz.',
  },
  policy_invalid: {
    status: 422,
    retryable: false,
    advice: 'Mend .bzzz/policy.yml on the base branch; the reason names the line.',
  },
  config_invalid: {
    status: 422,
    retryable: false,
    advice: 'Mend the configuration; `bzzz config` shows where each value came from.',
  },
  // coordination
  task_transition: {
    status: 500,
    retryable: false,
    advice: 'A defect in bzzz: please report it with the journal of this peer.',
  },
  defect: {
    status: 500,
    retryable: true,
    advice:
      'Something in bzzz went wrong that should not: please report it with the journal of this peer.',
  },
  task_unknown: {
    status: 404,
    retryable: false,
    advice: 'No such task is known to this peer; `bzzz tasks` lists them.',
  },
  peer_unknown: {
    status: 404,
    retryable: false,
    advice: 'No such peer is known to this one; `bzzz peers` lists them with their names and ids.',
  },
  journal_forked: {
    status: 409,
    retryable: false,
    advice:
      'Its journal tells two stories: `bzzz quarantine list` shows the proof. Find out why (a copied or restored data folder, or a stolen key), give it a new journal, then `bzzz quarantine lift <peer>`.',
  },
  task_fenced: {
    status: 409,
    retryable: false,
    advice: 'Another peer holds the task now; this one has let go.',
  },
  task_refused: {
    status: 403,
    retryable: false,
    advice: 'The issue may not be worked on; the reason says why.',
  },
  result_protected: {
    status: 422,
    retryable: false,
    advice:
      'Change that file by hand, or take it out of `protected` (or `untrusted.protected`) in .bzzz/policy.yml on the base branch, and say `/bzzz retry`; `bzzz policy check` shows what is always protected.',
  },
  result_not_allowed: {
    status: 422,
    retryable: false,
    advice:
      'Let the issue ask for a change within `allowed` of .bzzz/policy.yml, or add the path there on the base branch, and say `/bzzz retry`.',
  },
  result_refused: {
    status: 422,
    retryable: false,
    advice:
      'File smaller issues where it is too much, or raise the `limits` in .bzzz/policy.yml on the base branch; links, submodules and secrets are put in by people.',
  },
  order_unheard: {
    status: 403,
    retryable: false,
    advice:
      'The peers would pass over it: say it on the issue as somebody whom the policy trusts, or let its `authors` trust the account of this peer.',
  },
  task_not_here: {
    status: 409,
    retryable: false,
    advice:
      'Only the attempt of a peer that works on a task can be paused: `bzzz tasks` names the owner.',
  },
  peer_order_refused: {
    status: 403,
    retryable: false,
    advice:
      'That peer does not take this from others: say it on its machine, or let it listen to members (`mesh.orders` in its configuration). One of an earlier version does not know the question.',
  },
  task_edited: {
    status: 409,
    retryable: false,
    advice: 'The issue was edited after it was claimed; what it says now is claimed anew.',
  },
  stopped: {
    status: 503,
    retryable: true,
    advice: 'The peer is stopping; ask again when it is up.',
  },
  aborted: { status: 499, retryable: true, advice: 'The operation was cancelled.' },
  timeout: { status: 504, retryable: true, advice: 'No answer in time; try again.' },
  attempt_stalled: {
    status: 504,
    retryable: true,
    advice:
      'Let the work print what it does, or raise `limits.stallMs` of the policy; another machine tries it meanwhile.',
  },
  fence_refused: {
    status: 403,
    retryable: true,
    advice:
      'The forge refuses pushes to bzzz/lock/* though nobody else holds the task: look at its branch rules and hooks, and at the rights of the token.',
  },
  // mesh
  mesh_unreachable: {
    status: 502,
    retryable: true,
    advice:
      'No connection to that peer; `bzzz peers` shows who is reachable and `bzzz doctor` why not.',
  },
  mesh_refused: {
    status: 503,
    retryable: true,
    advice:
      'The other peer is over its limits or does not speak this protocol; compare versions with `bzzz peers`.',
  },
  mesh_backlog: {
    status: 429,
    retryable: true,
    advice: 'The network takes less than is published; publish less, or wait.',
  },
  mesh_wrong_key: {
    status: 403,
    retryable: false,
    advice:
      'The other side has another network key: `bzzz invite` there and `bzzz join` here bring the right one, or give both the same `mesh.key`.',
  },
  peer_not_admitted: {
    status: 403,
    retryable: true,
    advice:
      'The operator of this mesh has not admitted that peer: invite it with `bzzz invite`, or `bzzz peers admit <id>`, where the operator key lies.',
  },
  members_invalid: {
    status: 422,
    retryable: false,
    advice:
      'A list of members that the operator of this mesh did not sign, or of another mesh: compare `bzzz doctor` on both machines.',
  },
  operator_missing: {
    status: 409,
    retryable: false,
    advice:
      'Only the machine with the operator key (`operator.key` in its data folder) can do this; it is the one where the mesh was made by `bzzz init`. A mesh that has none gets one by `bzzz init --found`.',
  },
  invite_invalid: {
    status: 422,
    retryable: false,
    advice: 'Copy the whole code again, or make a new one with `bzzz invite`.',
  },
  invite_expired: {
    status: 410,
    retryable: false,
    advice: 'Make a new code with `bzzz invite`; it says how long it lasts.',
  },
  invite_used: {
    status: 409,
    retryable: false,
    advice:
      'A code opens once. If you did not use it, somebody else did: look at `bzzz peers`, remove who should not be there, and make a new one.',
  },
  member_name_taken: {
    status: 409,
    retryable: false,
    advice:
      'Each member has a name of its own: join or admit it under another one (`bzzz join <code> --name NAME`; the same code still opens). Where the machine of that name is gone or was set up anew, `bzzz peers remove <id>` first.',
  },
  port_taken: {
    status: 409,
    retryable: false,
    advice:
      'Another process listens there; choose another port in `mesh.listen`, or end that process.',
  },
  // journal
  journal_write_failed: {
    status: 500,
    retryable: false,
    advice: 'The disk of the data folder is full or broken; make room and start the peer again.',
  },
  journal_locked: {
    status: 409,
    retryable: false,
    advice: 'Another process uses this data folder; a folder belongs to one peer.',
  },
  journal_corrupt: {
    status: 500,
    retryable: false,
    advice:
      'The journal on disk does not verify; keep the folder for inspection and start with a new one.',
  },
  index_failed: {
    status: 500,
    retryable: true,
    advice:
      'The index of all journals cannot be used; see whether the disk is full. It holds nothing of its own: `bzzz index rebuild` makes it anew from the journals.',
  },
  journal_copied: {
    status: 409,
    retryable: false,
    advice:
      'This data folder was copied from elsewhere; a copied journal would fork. Make a backup of it (`bzzz backup FILE --data DIR`) and bring that back into an empty folder (`bzzz restore FILE`): the peer stays who it is and begins a new journal.',
  },
  journal_backlog: {
    status: 503,
    retryable: true,
    advice:
      'The disk takes less than is journalled; wait, or use a faster disk for the data folder.',
  },
} as const satisfies Record<string, ErrorSpec>;
