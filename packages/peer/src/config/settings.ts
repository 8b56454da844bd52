/**
 * Every setting that can be given outside the configuration file, as data. The command line, the
 * environment and `bzzz config` are all made from this one table.
 */
export interface Setting {
  /** Where it stands in the configuration, dots between the levels. */
  readonly path: string;
  readonly env: string;
  /** Another name of the variable, which cluster files use; the first one wins. */
  readonly envToo?: string;
  /** Long option of `bzzz up`; null: not on a command line, where every user could read it. */
  readonly flag: string | null;
  /** `file`: a path, relative to where it was said. `list`: blanks or commas between the items. */
  readonly kind: 'text' | 'number' | 'boolean' | 'list' | 'file';
  readonly secret: boolean;
  readonly help: string;
}

export const settings: readonly Setting[] = [
  {
    ...row('text', 'name', 'BZZZ_NAME', '--name', 'what people call this machine'),
    envToo: 'NODE_ID',
  },
  row('file', 'dataDir', 'BZZZ_DATA_DIR', '--data', 'identity, journal, mirrors of this peer'),
  row('text', 'storage', 'BZZZ_STORAGE', null, '`local`, or `any`: also a network file system'),
  row('text', 'mesh.name', 'BZZZ_MESH_NAME', '--mesh', 'name of the mesh'),
  secret('mesh.key', 'BZZZ_MESH_KEY', null, 'network key, 64 hex digits'),
  row('file', 'mesh.keyFile', 'BZZZ_MESH_KEY_FILE', '--mesh-key-file', 'file of the network key'),
  row('text', 'mesh.operator', 'BZZZ_OPERATOR', '--operator', 'id of the key that admits members'),
  row('text', 'mesh.door', 'BZZZ_DOOR', '--door', 'multiaddr where an invite is shown'),
  row('list', 'mesh.listen', 'BZZZ_LISTEN', '--listen', 'multiaddrs to listen on'),
  row('list', 'mesh.bootstrap', 'BZZZ_BOOTSTRAP', '--bootstrap', 'multiaddrs of peers to dial'),
  row('boolean', 'mesh.mdns', 'BZZZ_MDNS', '--mdns', 'look for peers on the local network'),
  row('boolean', 'mesh.dht', 'BZZZ_DHT', '--dht', 'learn of peers from other peers'),
  row('text', 'mesh.orders', 'BZZZ_ORDERS', null, 'who may pause it: `members`, or `own` alone'),
  row('text', 'forge.apiUrl', 'GITHUB_API_URL', '--api-url', 'REST root of the forge'),
  row('text', 'forge.gitUrl', 'BZZZ_GIT_URL', '--git-url', 'root of the clone URLs'),
  secret('forge.token', 'GITHUB_TOKEN', null, 'token of the forge'),
  row('file', 'forge.tokenFile', 'GITHUB_TOKEN_FILE', '--token-file', 'file of the token'),
  row('list', 'repositories', 'BZZZ_REPOSITORIES', '--repo', 'owner/name of what to work on'),
  row(
    'text',
    'webhook.listen',
    'BZZZ_WEBHOOK_LISTEN',
    '--webhook-listen',
    'host:port for webhooks',
  ),
  row(
    'file',
    'webhook.secretFile',
    'BZZZ_WEBHOOK_SECRET_FILE',
    '--webhook-secret-file',
    'file of the secret of the webhooks',
  ),
  secret('notify.url', 'BZZZ_NOTIFY_URL', null, 'who is told what became of tasks'),
  row(
    'file',
    'notify.secretFile',
    'BZZZ_NOTIFY_SECRET_FILE',
    null,
    'file of the secret that this is signed with',
  ),
  row('list', 'notify.events', 'BZZZ_NOTIFY_EVENTS', null, 'of what; default: of everything'),
  secret('health.alertUrl', 'BZZZ_ALERT_URL', null, 'where alerts are posted as JSON'),
  row('boolean', 'gateway.enabled', 'BZZZ_GATEWAY', '--gateway', 'serve the page and the API'),
  row('text', 'gateway.listen', 'BZZZ_GATEWAY_LISTEN', '--gateway-listen', 'host:port of these'),
  row('list', 'gateway.names', 'BZZZ_GATEWAY_NAMES', null, 'further host names of the page'),
  row(
    'file',
    'gateway.metricsTokenFile',
    'BZZZ_METRICS_TOKEN_FILE',
    null,
    'file of a token that opens /metrics alone',
  ),
  row(
    'file',
    'gateway.targetsDir',
    'BZZZ_TARGETS_DIR',
    null,
    'folder in which Prometheus finds the peers',
  ),
  row(
    'text',
    'gateway.targetAddress',
    'BZZZ_TARGET_ADDRESS',
    null,
    'host:port by which Prometheus reaches it',
  ),
  row('number', 'work.slots', 'BZZZ_SLOTS', '--slots', 'attempts at a time, or `auto`; 0 watches'),
  row('boolean', 'work.recipes', 'BZZZ_RECIPES', null, 'offer recipes, not only models and tools'),
  row('number', 'work.refreshMs', 'BZZZ_REFRESH_MS', null, 'between looks for tools and models'),
  row('text', 'work.sandbox', 'BZZZ_SANDBOX', '--sandbox', '`required`, or `off`: no isolation'),
  row('list', 'work.tools', 'BZZZ_TOOLS', '--tools', 'further programs to offer'),
  row('boolean', 'ollama.enabled', 'BZZZ_OLLAMA', '--ollama', 'offer the models of an Ollama'),
  row('text', 'ollama.url', 'BZZZ_OLLAMA_URL', '--ollama-url', 'where that Ollama listens'),
  row('number', 'spend.tokensPerDay', 'BZZZ_TOKENS_PER_DAY', null, 'tokens of models in 24 h'),
  row('number', 'spend.usdPerDay', 'BZZZ_USD_PER_DAY', null, 'USD for models in 24 h'),
  row(
    'number',
    'spend.meshTokensPerDay',
    'BZZZ_MESH_TOKENS_PER_DAY',
    null,
    'the same of all peers',
  ),
  row('number', 'spend.meshUsdPerDay', 'BZZZ_MESH_USD_PER_DAY', null, 'the same of all peers'),
  row(
    'number',
    'journal.replicasMax',
    'BZZZ_REPLICAS_MAX',
    null,
    "how many other peers' journals are kept",
  ),
  row(
    'number',
    'journal.replicaBytesMax',
    'BZZZ_REPLICA_BYTES_MAX',
    null,
    "bytes kept of each other peer's journal, its newest",
  ),
  row(
    'number',
    'journal.replicaAgeMsMax',
    'BZZZ_REPLICA_AGE_MS_MAX',
    null,
    "age of what is kept of other peers' journals",
  ),
  row('number', 'timing.leaseMs', 'BZZZ_LEASE_MS', null, 'how long a claim stands unrenewed'),
  row('number', 'timing.staggerMs', 'BZZZ_STAGGER_MS', null, 'between turns in a contest'),
  row('number', 'timing.pollMs', 'BZZZ_POLL_MS', null, 'between two looks at a repository'),
  row('number', 'timing.lagMs', 'BZZZ_LAG_MS', null, 'how far reads of the forge may lag'),
  row('number', 'timing.announceMs', 'BZZZ_ANNOUNCE_MS', null, 'between two announcements'),
  row('number', 'timing.backoffMs', 'BZZZ_BACKOFF_MS', null, 'first pause after a failure'),
  row('number', 'timing.reviewMs', 'BZZZ_REVIEW_MS', null, 'between two looks at pull requests'),
  row('number', 'timing.tidyMs', 'BZZZ_TIDY_MS', null, 'between two looks for needless branches'),
  row('number', 'timing.keepMs', 'BZZZ_KEEP_MS', null, 'how long branches of closed issues stay'),
  row('text', 'liveness.preset', 'BZZZ_LIVENESS', null, 'how patient: local, lan or wan'),
  row('number', 'liveness.pingMs', 'BZZZ_PING_MS', null, 'between two pings of one peer'),
  row('number', 'liveness.silenceMs', 'BZZZ_SILENCE_MS', null, 'from silence to asking others'),
  row('number', 'liveness.probeMs', 'BZZZ_PROBE_MS', null, 'to wait for one answer'),
  row('number', 'liveness.suspicionMs', 'BZZZ_SUSPICION_MS', null, 'from a suspicion to "dead"'),
];

export const secretPaths: ReadonlySet<string> = new Set(
  settings.filter(({ secret }) => secret).map(({ path }) => path),
);

type Row = readonly [path: string, env: string, flag: string | null, help: string];

function row(kind: Setting['kind'], ...[path, env, flag, help]: Row): Setting {
  return { path, env, flag, kind, help, secret: false };
}

function secret(...rest: Row): Setting {
  return { ...row('text', ...rest), secret: true };
}
