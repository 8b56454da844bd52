# What a peer may do in Vault: read its token for the forge, and nothing else.
#   vault policy write bzzz bzzz.hcl

# `secret: { kind: kv, path: bzzz/github }`: KV version 2 has `data` in the path.
path "secret/data/bzzz/github" {
  capabilities = ["read"]
}

# `secret: { kind: dynamic, path: github/token/bzzz }`, where the GitHub secrets plugin lends tokens.
path "github/token/bzzz" {
  capabilities = ["read"]
}

# Longer use of what was lent, where that is allowed. Vault's own policy `default` allows it as well, and what
# a peer does with its own token: lookup-self, renew-self, revoke-self.
path "sys/leases/renew" {
  capabilities = ["update"]
}
