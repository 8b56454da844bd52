/**
 * Where a peer gets its token for the forge, where that is neither a file nor a value: a Vault, or a GitHub
 * App. Secrets themselves never stand here, only the files that hold them.
 */
import { z } from 'zod';

const Path = z.string().min(1);

/** A path within Vault, as `vault read` takes it: no slash at either end, nothing that would leave it. */
const VaultPath = z
  .string()
  .max(512)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.@-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.@-]*)*$/, {
    error: 'a path within Vault such as `bzzz/github`, without a slash at its ends',
  });
const Field = z.string().regex(/^[A-Za-z0-9_.-]{1,128}$/, 'the name of a field of the secret');

const VaultAuth = z.discriminatedUnion(
  'method',
  [
    z
      .strictObject({
        method: z.literal('appRole'),
        /** Where the auth method is mounted. */
        mount: VaultPath.default('approle'),
        /** No secret by itself; or a file that holds it. */
        roleId: z.string().min(1).max(256).optional(),
        roleIdFile: Path.optional(),
        /** Read again for every login. Absent: the role asks for none (`bind_secret_id=false`). */
        secretIdFile: Path.optional(),
      })
      .refine((auth) => (auth.roleId === undefined) !== (auth.roleIdFile === undefined), {
        path: ['roleId'],
        error: 'give either roleId or roleIdFile',
      }),
    z.strictObject({
      method: z.literal('token'),
      /** Read again when it changes, such as the sink of a Vault Agent. */
      tokenFile: Path,
    }),
    z.strictObject({
      method: z.literal('kubernetes'),
      mount: VaultPath.default('kubernetes'),
      role: z.string().min(1).max(256),
      /** The token of the pod's service account; read again for every login. */
      jwtFile: Path.default('/var/run/secrets/kubernetes.io/serviceaccount/token'),
    }),
  ],
  '`method` is appRole, token or kubernetes',
);

const VaultSecret = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      /** A token that somebody put there: KV, version 2. */
      kind: z.literal('kv'),
      mount: VaultPath.default('secret'),
      path: VaultPath,
      field: Field.default('token'),
      /** Between two looks whether it was replaced. A token that the forge refuses is looked up at once. */
      rereadMs: z.int().min(1_000).max(86_400_000).default(300_000),
    }),
    z.strictObject({
      /** A token that Vault makes when it is read, under a lease, such as by the GitHub secrets plugin. */
      kind: z.literal('dynamic'),
      /** With its mount: `github/token/bzzz`. */
      path: VaultPath,
      field: Field.default('token'),
    }),
  ],
  '`kind` is kv or dynamic',
);

const hasNoUser = (url: string): boolean => {
  const parsed = URL.parse(url);
  return parsed?.username === '' && parsed.password === '' && parsed.search === '';
};

/** What is sent stays on the machine. */
const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

const isEncrypted = ({ url, plainHttp }: { url: string; plainHttp?: boolean | undefined }) => {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || isLoopback(hostname) || plainHttp === true;
};

export const VaultConfig = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .refine(hasNoUser, 'a plain URL: no user, no password, no query'),
    /** Secrets may go over a network that nobody else reads, unencrypted. */
    plainHttp: z.boolean().optional(),
    /** Of Vault Enterprise and HCP; sent with every request. */
    namespace: VaultPath.optional(),
    /** Certificates, as PEM, by which Vault's own is judged instead of the system's. */
    caFile: Path.optional(),
    auth: VaultAuth,
    secret: VaultSecret,
  })
  .refine(isEncrypted, {
    path: ['url'],
    error:
      'over http everybody on the way reads the secrets; use https, or set plainHttp: true if nobody can',
  });
export type VaultConfig = z.infer<typeof VaultConfig>;

export const GithubAppConfig = z.strictObject({
  /** Of the App: its number, or its client id. */
  id: z
    .union([z.int().positive(), z.string().regex(/^[A-Za-z0-9._-]{1,64}$/)])
    .transform((id) => String(id)),
  /** Of the App at the owner of the repositories: the number at the end of its page's address. */
  installationId: z.int().positive(),
  /** As downloaded from GitHub; read again for every token. */
  privateKeyFile: Path,
});
export type GithubAppConfig = z.infer<typeof GithubAppConfig>;
