/**
 * A peer's configuration: one file, overridden by environment and flags. Unknown keys are refused,
 * so that a misspelt one is not silently a default.
 */
import { z } from 'zod';
import { SpendCaps } from './spend.ts';
import type { CliName } from './executors.ts';
import { MeshName, PeerId, RepoName } from './ids.ts';
import { NewsKind } from './news.ts';
import { ListenAddress } from './listen-address.ts';
import { GithubAppConfig, VaultConfig } from './token-config.ts';

const Url = z.url({ protocol: /^https?$/ });

/** What a name and a password in an address say, errors and logs would repeat. */
const BareUrl = Url.refine((url) => new URL(url).username === '' && new URL(url).password === '', {
  error:
    'a name or password in it would stand in logs: let the receiver know you by the address or a signature',
});

/** Where Ollama listens unless it is told otherwise. */
export const ollamaUrl = 'http://127.0.0.1:11434';

const CliModel = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$/, 'not the name of a model');

/** A coding command line. Without its section, or with `enabled: false`, it is not looked for. */
const Cli = z.strictObject({
  enabled: z.boolean().default(true),
  /** Root of the model API; default: that of the tool's maker. Only this peer reaches it. */
  apiUrl: Url.optional(),
  /** File of the key, which the tool never sees; read again for every request. */
  apiKeyFile: z.string().min(1).optional(),
  /** Default: the tool chooses. Named, its requests may be for this one only. */
  model: CliModel.optional(),
  /** What they may be for besides, such as the small model that a tool asks for titles. */
  models: z.array(CliModel).max(16).default([]),
  /** Name or absolute path of the program. */
  program: z
    .string()
    .regex(/^(?:\/.+|[A-Za-z0-9._+-]{1,64})$/, 'a name without a slash, or an absolute path')
    .optional(),
  /** Folders that it needs to see in the sandbox, where they are not found by themselves. */
  folders: z.array(z.string().startsWith('/')).default([]),
});
type Cli = z.infer<typeof Cli>;
const needsKey = ({ apiUrl, apiKeyFile }: Cli) => apiUrl === undefined && apiKeyFile === undefined;
const keyed = {
  path: ['apiKeyFile'],
  error: 'needed, unless apiUrl names a server that wants no key',
};
const KeyedCli = Cli.refine((cli) => !needsKey(cli), keyed).optional();
/** These speak to any server of their API, so they must be told which of its models. */
const NamedCli = Cli.refine((cli) => !needsKey(cli), keyed)
  .refine(({ model }) => model !== undefined, { path: ['model'], error: 'needed for this tool' })
  .optional();

/** Timing of coordination. Every value in milliseconds. */
export const Timing = z.strictObject({
  /** Without a renewal for so long, a claim may be taken over. Lower: faster takeover without a
   *  majority, more renewals. */
  leaseMs: z.int().min(1000).max(86_400_000).default(120_000),
  /** Pause between two peers' turns in a contest. Higher: fewer lost races, slower when the best
   *  peer does not act. */
  staggerMs: z.int().min(1).max(60_000).default(400),
  /** Between two polls of the repository's watcher. Lower: faster start, more (free) 304 answers. */
  pollMs: z.int().min(50).max(3_600_000).default(15_000),
  /** How long reads of the forge may lag behind its writes. */
  lagMs: z.int().min(0).max(600_000).default(30_000),
  /** Between two capabilities messages when nothing changes. */
  announceMs: z.int().min(100).max(600_000).default(30_000),
  /** First pause after a claim that was refused or an attempt that failed; doubles up to 5 min. */
  backoffMs: z.int().min(10).max(600_000).default(10_000),
  /** Between two looks of the repository's watcher at what became of pull requests. Lower: remarks are
   *  answered sooner, more requests. */
  reviewMs: z.int().min(1000).max(86_400_000).default(120_000),
  /** Between two looks of the repository's watcher for branches that are no longer needed. */
  tidyMs: z.int().min(1000).max(86_400_000).default(900_000),
  /** How long the branches of a closed issue are kept. Higher: longer to look at, more branches. */
  keepMs: z.int().min(0).max(31_536_000_000).default(86_400_000),
});
export type Timing = z.infer<typeof Timing>;

/** How soon a peer that says nothing is missed. Every value in milliseconds. */
export const Liveness = z.strictObject({
  /** Between two pings of one peer. Lower: silence is seen sooner, more packets. */
  pingMs: z.int().min(10).max(600_000),
  /** A connected peer from which nothing came for so long is asked for through others; a machine that
   *  is busy itself waits longer. Lower: a hang is seen sooner, more questions about peers that only
   *  are slow. Several pings must fit in. */
  silenceMs: z.int().min(20).max(3_600_000),
  /** How long a peer may take to answer one ping. Above the slowest round trip. */
  probeMs: z.int().min(10).max(600_000),
  /** From a suspicion to "dead", unless somebody still reaches the peer. Lower: faster takeover, more
   *  work lost to a brief cut. */
  suspicionMs: z.int().min(50).max(600_000),
});
export type Liveness = z.infer<typeof Liveness>;

export const livenessPresets = {
  /** All peers on one machine, where a round trip takes less than a millisecond. */
  local: { pingMs: 40, silenceMs: 160, probeMs: 80, suspicionMs: 500 },
  /** One cluster on one network. */
  lan: { pingMs: 500, silenceMs: 2_000, probeMs: 1_000, suspicionMs: 3_000 },
  /** Sites with slow or lossy links between them. */
  wan: { pingMs: 2_000, silenceMs: 10_000, probeMs: 4_000, suspicionMs: 15_000 },
} as const satisfies Record<string, Liveness>;

/** A preset, and what differs from it. */
const LivenessChoice = z
  .strictObject({
    preset: z.enum(['local', 'lan', 'wan']).default('lan'),
    ...Liveness.partial().shape,
  })
  .prefault({});

export function livenessOf({ preset, ...own }: z.infer<typeof LivenessChoice>): Liveness {
  const base = livenessPresets[preset];
  return {
    pingMs: own.pingMs ?? base.pingMs,
    silenceMs: own.silenceMs ?? base.silenceMs,
    probeMs: own.probeMs ?? base.probeMs,
    suspicionMs: own.suspicionMs ?? base.suspicionMs,
  };
}

/** What in `forge` says where the token comes from. */
export const tokenSources = ['token', 'tokenFile', 'vault', 'app'] as const;

export const Config = z.strictObject({
  /** What people call this machine. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'letters, digits, dot, dash; at most 63'),
  /** Identity, journal, mirrors and worktrees; local disk, never shared by two peers. */
  dataDir: z.string().min(1),
  /** `local`: a data folder that other machines may write to is refused. `any`: the operator knows that none does. */
  storage: z.enum(['local', 'any']).default('local'),
  mesh: z
    .strictObject({
      name: MeshName.default(MeshName.parse('bzzz')),
      /** 64 hex digits, or a file that holds them; without one the peer makes its own. */
      key: z
        .string()
        .regex(/^[0-9a-f]{64}$/, '64 hex digits')
        .optional(),
      keyFile: z.string().min(1).optional(),
      /** Whose signature admits members: the id of the operator's key, as `bzzz init` tells it. Default: that of
       *  the data folder, where `bzzz init` or `bzzz join` left one; without, whoever has the key is a member. */
      operator: PeerId.optional(),
      /** Multiaddr where somebody new knocks with an invite; open only while there is one. */
      door: z.string().startsWith('/').default('/ip4/0.0.0.0/tcp/4803'),
      /** Multiaddrs to listen on. */
      listen: z.array(z.string().startsWith('/')).min(1).default(['/ip4/0.0.0.0/tcp/4801']),
      /** Multiaddrs of peers to dial at start and whenever alone. */
      bootstrap: z.array(z.string().startsWith('/')).default([]),
      mdns: z.boolean().default(true),
      dht: z.boolean().default(true),
      /** Whose orders to drain, to pause and to go on are obeyed, besides those that are said at this peer itself:
       *  those of any member, or nobody's. `own`: safer among members who do not trust each other. */
      orders: z.enum(['members', 'own']).default('members'),
    })
    .prefault({}),
  forge: z
    .strictObject({
      apiUrl: Url.default('https://api.github.com'),
      gitUrl: Url.default('https://github.com'),
      /** Where the token comes from: one of these four. Prefer a file: it is read again when it changes. */
      token: z.string().min(1).optional(),
      tokenFile: z.string().min(1).optional(),
      vault: VaultConfig.optional(),
      app: GithubAppConfig.optional(),
    })
    .refine((forge) => tokenSources.filter((name) => forge[name] !== undefined).length <= 1, {
      error: 'give one of token, tokenFile, vault and app, not several',
    })
    .prefault({}),
  repositories: z.array(RepoName).default([]),
  /** Where GitHub may say that something changed, so that an issue is seen at once. Absent: nobody is
   *  listened to. Polls go on in any case, so a hook that is lost costs only the wait for the next. */
  webhook: z
    .strictObject({
      /** `host:port`, plain HTTP. Loopback behind a proxy that speaks TLS, if the internet is to reach it. */
      listen: ListenAddress,
      /** File of the secret that GitHub signs with; read again for every delivery. */
      secretFile: z.string('the file of the secret is needed').min(1),
    })
    .optional(),
  /** Somebody outside, such as n8n, who is told what became of tasks. Absent: nobody is. */
  notify: z
    .strictObject({
      /** Gets a signed POST with JSON for each. */
      url: BareUrl,
      /** File of the secret that it is signed with; read again for every delivery. */
      secretFile: z.string('the file of the secret is needed').min(1),
      /** Of what. */
      events: z.array(NewsKind).default([...NewsKind.options]),
    })
    .optional(),
  /** What is told about the machine. */
  health: z
    .strictObject({
      /** An alert that is raised or has ended is posted there as JSON, besides log, journal and page. */
      alertUrl: BareUrl.optional(),
    })
    .prefault({}),
  /** The page and the API over HTTP, for whoever has a token. */
  gateway: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** `host:port`, plain HTTP. Default: 127.0.0.1:7717, or any free port of loopback where that is taken. To
       *  reach it from elsewhere put a proxy that speaks TLS before it, or tunnel to it. */
      listen: ListenAddress.optional(),
      /** Further host names by which browsers may ask for it, such as that of a proxy. */
      names: z.array(z.string().regex(/^[A-Za-z0-9.-]{1,253}$/, 'not a host name')).default([]),
      /** File of a token that opens `/metrics` and nothing else, the same on all peers if you like, since
       *  Prometheus has one for all of them. Read again at every request. Absent: only keys of this peer do. */
      metricsTokenFile: z.string().min(1).optional(),
      /** Folder into which the peer writes where Prometheus finds it, such as a shared one. Absent: nowhere. */
      targetsDir: z.string().min(1).optional(),
      /** `host:port` by which Prometheus reaches it, such as that of a proxy. Default: where it listens. */
      targetAddress: ListenAddress.optional(),
    })
    .prefault({}),
  work: z
    .strictObject({
      /** Attempts at a time. 0: this peer only watches. `auto`: as many as the machine bears, by its cores,
       *  memory and disk; found anew with each look. */
      slots: z
        .union([z.literal('auto'), z.int().min(0).max(1024)], '`auto`, or a number from 0 to 1024')
        .default('auto'),
      /** Whether recipes are offered. False: only what models and coding tools do, such as on a machine
       *  that is there for its graphics cards. */
      recipes: z.boolean().default(true),
      /** Between two looks for tools, models, graphics cards, disk and sandbox; a fifth more or less, so
       *  that peers do not look together. Lower: a change is known sooner, more small processes. */
      refreshMs: z.int().min(1_000).max(86_400_000).default(120_000),
      /** `required`: without bubblewrap nothing is executed. `off`: the operator runs commands of
       *  repositories without isolation; `status` shows it in red. */
      sandbox: z.enum(['required', 'off']).default('required'),
      /** Further programs to look for and to offer. */
      tools: z.array(z.string().regex(/^[A-Za-z0-9._+-]{1,64}$/)).default([]),
    })
    .prefault({}),
  /** Models that may work on issues in plain words, where a repository's policy lets them. */
  ollama: z
    .strictObject({
      /** Whether to look for models at all. */
      enabled: z.boolean().default(true),
      /** Root of a server that speaks Ollama's API. Only this peer reaches it, never what it runs. */
      url: Url.default(ollamaUrl),
    })
    .prefault({}),
  /** Coding command lines that may work on issues in plain words, where a repository's policy lets them. */
  cli: z
    .strictObject({
      claude: KeyedCli,
      codex: KeyedCli,
      gemini: KeyedCli,
      aider: NamedCli,
      opencode: NamedCli,
    } satisfies Record<CliName, z.ZodType>)
    .prefault({}),
  /** What models may cost; who has reached a cap goes on with recipes only. */
  spend: SpendCaps.prefault({}),
  /** How much of other peers' journals is kept here, so that their story survives them. Of a longer or older one
   *  the end is kept. */
  journal: z
    .strictObject({
      /** How many. When there are more, those of peers that are dead or gone are let go for those of the living. More: more
       *  of the mesh's story survives, more disk. */
      replicasMax: z.int().min(1).max(4_096).default(64),
      /** Bytes of each. More: longer stories, more disk that a member can fill. */
      replicaBytesMax: z
        .int()
        .min(64 * 1024)
        .max(1024 ** 4)
        .default(1024 ** 3),
      /** Age of an entry, by its writer's clock. Above the longest time that a task may stay unfinished. */
      replicaAgeMsMax: z.int().min(60_000).max(315_360_000_000).default(7_776_000_000),
    })
    .prefault({}),
  timing: Timing.prefault({}),
  liveness: LivenessChoice,
});
export type Config = z.infer<typeof Config>;
