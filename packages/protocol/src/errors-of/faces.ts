import type { ErrorSpec } from './spec.ts';

/** Of the peer as people and programs meet it. */
export const faceErrors = {
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
  peer_folder_shared: {
    status: 409,
    retryable: false,
    advice:
      'Choose a folder on a local disk with `--data`, one for each peer. If the disk is local in truth, or nobody else can reach it: `storage: any` (BZZZ_STORAGE).',
  },
  peer_key_unsafe: {
    status: 403,
    retryable: false,
    advice: 'Others could read this key. Run `chmod 600` on the file if nobody did, or delete it.',
  },
  peer_key_invalid: {
    status: 422,
    retryable: false,
    advice:
      'The key file is damaged: bring back a good copy of it, or begin a new peer in another folder.',
  },
  restore_unfinished: {
    status: 409,
    retryable: false,
    advice:
      'A restore was cut short, or the key was lost: run `bzzz restore FILE --data DIR` with the same backup again. For a new peer choose another folder.',
  },
  backup_invalid: {
    status: 422,
    retryable: false,
    advice: 'Name a whole file that `bzzz backup` of this release or an earlier one has written.',
  },
  backup_refused: {
    status: 409,
    retryable: false,
    advice: 'Nothing is overwritten: name another file or folder, or move away what is there.',
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
  // gateway
  gateway_unauthorized: {
    status: 401,
    retryable: false,
    advice: 'Log in by the link of `bzzz open`, or send `authorization: Bearer <token>` of a key.',
  },
  gateway_scope_missing: {
    status: 403,
    retryable: false,
    advice: 'Ask whoever runs the peer for a key with that scope.',
  },
  gateway_csrf: {
    status: 403,
    retryable: false,
    advice: 'Load the page again; a program uses a token with each request instead of a session.',
  },
  gateway_host_unknown: {
    status: 403,
    retryable: false,
    advice: 'Ask by its address, or put the name into `gateway.names` of its configuration.',
  },
  gateway_origin_refused: {
    status: 403,
    retryable: false,
    advice: 'Open the page of the peer itself; pages of others may not ask it.',
  },
  gateway_rate_limited: {
    status: 429,
    retryable: true,
    advice:
      'Ask less often; `retry-after` says when again. For what happens there is /api/v1/events.',
  },
  gateway_key_taken: {
    status: 409,
    retryable: false,
    advice: 'Choose another name, or delete the key that has it.',
  },
  gateway_key_unknown: {
    status: 404,
    retryable: false,
    advice: '`GET /api/v1/keys` lists the keys there are.',
  },
  gateway_keys_unusable: {
    status: 500,
    retryable: false,
    advice:
      'Mend gateway-keys.json in the data folder (mode 0600), or delete it: all keys end then.',
  },
  gateway_port_taken: {
    status: 503,
    retryable: false,
    advice: 'Choose another `gateway.listen`, or end what listens there.',
  },
  gateway_starting: {
    status: 503,
    retryable: true,
    advice: 'It answers once the peer runs; `retry-after` says when to ask again.',
  },
  gateway_off: {
    status: 404,
    retryable: false,
    advice: 'Set `gateway.enabled: true` in its configuration, and start it again.',
  },
  gateway_unusable: {
    status: 503,
    retryable: false,
    advice: 'The address cannot be listened on; mend `gateway.listen`.',
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
      'Set `GITHUB_TOKEN_FILE` or `forge.tokenFile`, and `repositories`. To try bzzz with its embedded forge set none of them, nor `forge.apiUrl`, on a machine that joined no mesh.',
  },
  // drill
  drill_unconfirmed: {
    status: 400,
    retryable: false,
    advice:
      'A drill does real harm for a while: say `--yes`, or answer the question in a terminal.',
  },
  drill_peer_elsewhere: {
    status: 409,
    retryable: false,
    advice:
      'Drill on the machine, and in the container, where that peer runs, as its user; what needs root may be as root.',
  },
  drill_not_whole: {
    status: 409,
    retryable: false,
    advice:
      'A drill begins with a whole mesh. `bzzz peers` and `bzzz doctor net` say what is missing.',
  },
  drill_means_missing: {
    status: 501,
    retryable: false,
    advice: 'Nothing was harmed. Bring what the reason names, or order another kind of drill.',
  },
  drill_broke_off: {
    status: 500,
    retryable: true,
    advice: 'What it had done is undone. Mend what the reason names, then drill again.',
  },
  drill_under_way: {
    status: 409,
    retryable: true,
    advice: 'Wait for the other drill to end, or end it with Ctrl-C: it heals what it did.',
  },
  drill_not_healed: {
    status: 500,
    retryable: true,
    advice: 'Do what the reason says, or run `bzzz drill heal` on the same data folders.',
  },
} as const satisfies Record<string, ErrorSpec>;
