#!/usr/bin/env bash
# Sets Vault up for peers, once, by somebody with the rights to: VAULT_ADDR and a login as for any `vault` command.
#   deploy/vault/setup.sh < file-with-the-token-of-the-forge
# Then on each machine, into the file that `forge.vault.auth.secretIdFile` names:
#   vault write -f -field=secret_id auth/approle/role/bzzz/secret-id > /etc/bzzz/vault-secret-id
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

vault policy write bzzz "$here/bzzz.hcl"
vault auth list -format=json | grep '"approle/"' > /dev/null || vault auth enable approle
# A login serves for an hour and is renewed for up to a day; a secret id is one machine's, and can be taken back alone.
vault write auth/approle/role/bzzz role_id=bzzz token_policies=bzzz token_ttl=1h token_max_ttl=24h
# By a file of standard input: an argument would stand in the list of processes and in the history of the shell.
vault kv put -mount=secret bzzz/github token=-
