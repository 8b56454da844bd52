import type { ErrorSpec } from './spec.ts';

/** Of forges, and of what is executed. */
export const workErrors = {
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
  review_flooded: {
    status: 429,
    retryable: false,
    advice:
      'Lock the conversation of the pull request or delete what strangers wrote there; what people said before that may be unread.',
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
  notify_undelivered: {
    status: 502,
    retryable: true,
    advice:
      'Whoever listens at `notify.url` did not take a message, as the reason says; it is tried again for a day, or for 15 minutes where it is refused (4xx), then given up, and later ones wait behind it.',
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
  tool_missing: {
    status: 503,
    retryable: true,
    advice:
      "Install the program of the policy's `setup` that the reason names, where the sandbox shows it, or name it under `needs` in the policy.",
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
} as const satisfies Record<string, ErrorSpec>;
