import type { ErrorSpec } from './spec.ts';

/** Of where tokens come from. All can be mended under a running peer, which asks again by itself. */
export const tokenErrors = {
  vault_unreachable: {
    status: 502,
    retryable: true,
    advice:
      'Look at `forge.vault.url`, the network and, where a certificate is named, `forge.vault.caFile`; the token at hand serves until it expires, and bzzz asks again by itself.',
  },
  vault_sealed: {
    status: 503,
    retryable: true,
    advice:
      'Unseal Vault (`vault operator unseal`, `vault status` shows it); the token at hand serves until it expires.',
  },
  vault_login_refused: {
    status: 401,
    retryable: true,
    advice:
      'Look at `forge.vault.auth` and the file that the reason names: the role, where the method is mounted, whether the secret id, token or service account still counts, and the namespace.',
  },
  vault_secret_refused: {
    status: 403,
    retryable: true,
    advice:
      'The policy of the role must allow `read` on the path that the reason names (deploy/vault/bzzz.hcl), and the secret must have the field of `forge.vault.secret`.',
  },
  vault_invalid_answer: {
    status: 502,
    retryable: true,
    advice: 'What answers is no Vault, or a path is of another kind: check `forge.vault`.',
  },
  app_key_unusable: {
    status: 503,
    retryable: true,
    advice:
      "Write the App's private key, as downloaded from GitHub, into `forge.app.privateKeyFile`, mode 0600, readable by the user that runs bzzz.",
  },
  app_refused: {
    status: 401,
    retryable: true,
    advice:
      'Look at `forge.app`: the id, that the key is one of that App and was not deleted, and that the installation exists and is not suspended; and at the clock of this machine.',
  },
} as const satisfies Record<string, ErrorSpec>;
