/**
 * The error registry. Each code is stable for ever: it is never reused for another meaning.
 * docs/ERRORS.md is kept equal to this table by a test.
 */
export interface ErrorSpec {
  /** HTTP status with which a gateway would answer. */
  readonly status: number;
  /** Whether the same call can succeed later without a person. */
  readonly retryable: boolean;
  /** What a person can do. */
  readonly advice: string;
}

export const errorRegistry = {
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
    advice: 'The other side has another network key; give both the same `mesh.key`.',
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
      'This data folder was copied from elsewhere; a copied journal would fork. Start with an empty folder.',
  },
  journal_backlog: {
    status: 503,
    retryable: true,
    advice:
      'The disk takes less than is journalled; wait, or use a faster disk for the data folder.',
  },
  // forge
  forge_unreachable: {
    status: 502,
    retryable: true,
    advice: 'The forge does not answer; nothing is lost, bzzz tries again by itself.',
  },
  forge_rate_limited: {
    status: 429,
    retryable: true,
    advice: 'The account is over its limit; bzzz waits as long as the forge asks.',
  },
  forge_unauthorized: {
    status: 401,
    retryable: false,
    advice:
      'The token is missing, wrong or expired, or may not do this; `bzzz doctor` names the rights it needs.',
  },
  forge_not_found: {
    status: 404,
    retryable: false,
    advice: 'No such repository, issue or branch, or the token may not see it.',
  },
  forge_invalid_answer: {
    status: 502,
    retryable: true,
    advice: 'The forge answered something that GitHub would not; check `forge.apiUrl`.',
  },
  // webhook
  webhook_listen_failed: {
    status: 409,
    retryable: false,
    advice:
      'Nothing can listen there, as the reason says: choose another address or port in `webhook.listen`, or end the process that has it.',
  },
  webhook_secret_unusable: {
    status: 503,
    retryable: true,
    advice:
      'Write the secret of the webhook into `webhook.secretFile`, mode 0600, readable by the user that runs bzzz; until then every hook is refused and only polls see changes.',
  },
  // execution
  workspace_failed: {
    status: 500,
    retryable: true,
    advice: 'The checkout could not be made; look at the disk of the data folder.',
  },
  workspace_hostile: {
    status: 422,
    retryable: false,
    advice: 'The work left something that cannot be committed safely; the reason names it.',
  },
  setup_failed: {
    status: 422,
    retryable: true,
    advice:
      "The commands of the policy's `setup` failed; the reason has the end of what they printed.",
  },
  patch_refused: {
    status: 409,
    retryable: false,
    advice: 'The patch of another peer does not fit these files; the reason says where.',
  },
  patch_too_large: {
    status: 413,
    retryable: false,
    advice: 'The change is larger than another peer may be sent.',
  },
  sandbox_missing: {
    status: 503,
    retryable: false,
    advice: 'Install bubblewrap, or allow running without isolation with `work.sandbox: off`.',
  },
  model_unreachable: {
    status: 502,
    retryable: true,
    advice:
      'Start the model server, or mend its URL in the configuration; bzzz asks again by itself.',
  },
  model_key_unusable: {
    status: 500,
    retryable: true,
    advice:
      'Write the key of the model API into the file that `cli.<tool>.apiKeyFile` names, with mode 0600.',
  },
  worker_lost: {
    status: 500,
    retryable: true,
    advice:
      'The process that led the attempt hung or died; the reason says how. After several deaths nothing of that kind is begun for some minutes; see `bzzz doctor` and docs/OPERATIONS.md.',
  },
  // forge
  forge_state: {
    status: 500,
    retryable: false,
    advice: "The forge's state under its data folder cannot be read or written; see the reason.",
  },
  forge_config: {
    status: 422,
    retryable: false,
    advice: 'Mend the options of the embedded forge; the reason names the field.',
  },
  forge_emulate: {
    status: 500,
    retryable: false,
    advice: 'The installed emulate is not version 0.12.2; install the locked dependencies again.',
  },
  forge_git: {
    status: 500,
    retryable: false,
    advice:
      'The system git failed in a repository of the embedded forge; the reason is what git said.',
  },
  // github
  forge_refused: {
    status: 422,
    retryable: false,
    advice: 'The forge turned the request down for what it says; the reason is its own words.',
  },
  forge_issue_too_large: {
    status: 422,
    retryable: false,
    advice: 'Shorten the body of the issue; bzzz reads at most 65,536 characters.',
  },
  git_unusable: {
    status: 503,
    retryable: false,
    advice: 'Install git 2.31 or newer where the peer finds it on its PATH.',
  },
  git_failed: {
    status: 500,
    retryable: true,
    advice: 'Git failed on the mirror; look at the disk of the data folder and at the reason.',
  },
  git_object_missing: {
    status: 500,
    retryable: false,
    advice: 'A commit to be pushed is not in the mirror; the attempt has to be made again.',
  },
  // peer
  peer_folder_locked: {
    status: 409,
    retryable: false,
    advice: 'A data folder belongs to one peer: stop the other one, or give this one `--data DIR`.',
  },
  peer_folder_unusable: {
    status: 500,
    retryable: false,
    advice: 'Give the data folder to the user that runs bzzz, on a local disk that is not full.',
  },
  peer_key_unsafe: {
    status: 403,
    retryable: false,
    advice: 'Others could read this key. Run `chmod 600` on the file if nobody did, or delete it.',
  },
  peer_key_invalid: {
    status: 422,
    retryable: false,
    advice: 'The key file is damaged: bring back a good copy, or delete it to get a new key.',
  },
  peer_not_running: {
    status: 503,
    retryable: true,
    advice: 'Start it with `bzzz up`, or name the data folder of a running peer with `--data DIR`.',
  },
  control_route_unknown: {
    status: 404,
    retryable: false,
    advice: 'The running peer does not know this request; run `bzzz` of the same version.',
  },
  control_request_invalid: {
    status: 422,
    retryable: false,
    advice: 'Mend the request as the reason says; `bzzz <command> --help` lists what it takes.',
  },
  control_answer_invalid: {
    status: 502,
    retryable: false,
    advice: 'The running peer is of another version; start it again with this one.',
  },
  // cli
  cli_usage: {
    status: 400,
    retryable: false,
    advice: '`bzzz --help` lists the commands, `bzzz <command> --help` what each takes.',
  },
  cli_forge_unset: {
    status: 422,
    retryable: false,
    advice:
      'Set `GITHUB_TOKEN_FILE` or `forge.tokenFile`; or remove `repositories` and `forge.apiUrl` to try bzzz with its embedded forge.',
  },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof errorRegistry;
