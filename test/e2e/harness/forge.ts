/** The forge in a process of its own, and what it shows over its ordinary API. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ForgeApp, RateLimits, SeedRepository } from '@bzzz/forge';
import { z } from 'zod';
import { killGroup, type Running } from './processes.ts';
import { forgeProgram } from './programs.ts';
import type { Stage } from './stage.ts';

export interface World {
  /** Everybody who has an account; their token is `token-of-<login>`. */
  readonly users: readonly string[];
  readonly repo: SeedRepository;
  /** Instead of GitHub's own. */
  readonly limits?: Partial<RateLimits>;
  readonly apps?: readonly ForgeApp[];
}

/** GitHub lets an account create five hundred things an hour, which is some hundred issues. */
export const withoutLimits: Partial<RateLimits> = {
  primaryPerHour: 1_000_000,
  contentPerMinute: 1_000_000,
  contentPerHour: 1_000_000,
  pointsPerMinute: 1_000_000,
};

export interface ForgePlace {
  /** What stands before the command, to start it elsewhere than here. */
  readonly prefix?: readonly string[];
  /** Default: a free one. */
  readonly port?: number;
}

export interface ForgeProcess {
  readonly url: string;
  /** `owner/name`. */
  readonly repo: string;
  /** The bare repository on disk. */
  readonly gitDir: string;
  readonly process: () => Running;
  /** One REST call as this person; throws on any error. The path stands below the repository. */
  call(who: string, method: string, path: string, body?: unknown): Promise<unknown>;
  issue(number: number): Promise<Issue>;
  comments(number: number): Promise<readonly Comment[]>;
  pullRequests(): Promise<readonly PullRequest[]>;
  /** Requests since this process of the forge started. */
  requests(): Promise<Requests>;
  /** Of these, what asked for a change: the REST writes and GraphQL mutations by kind, as the forge counts them. */
  changes(): Promise<Readonly<Record<string, number>>>;
  /** All tokens of an account, as a person does who found one where it should not be. */
  revokeTokensOf(login: string): Promise<void>;
  addToken(login: string, token: string): Promise<void>;
  addFault(fault: object): Promise<void>;
  faults(): Promise<readonly Fault[]>;
  clearFaults(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Again over the same data and the same port. */
  restart(): Promise<void>;
}

const Login = z.object({ login: z.string() });
const Issue = z.object({
  number: z.number(),
  title: z.string(),
  state: z.string(),
  assignees: z.array(Login),
  labels: z.array(z.object({ name: z.string() })),
});
type Issue = z.infer<typeof Issue>;
const Comment = z.object({ id: z.number(), body: z.string(), user: Login });
type Comment = z.infer<typeof Comment>;
const PullRequest = z.object({
  number: z.number(),
  title: z.string(),
  body: z.string(),
  state: z.string(),
  draft: z.boolean(),
  user: Login,
  head: z.object({ ref: z.string(), sha: z.string() }),
  base: z.object({ ref: z.string() }),
});
export type PullRequest = z.infer<typeof PullRequest>;
const Requests = z.object({
  total: z.object({
    reads: z.number(),
    writes: z.number(),
    gitPushes: z.number(),
    gitFetches: z.number(),
  }),
  changes: z.record(z.string(), z.number()),
});
type Requests = z.infer<typeof Requests>['total'];
const Fault = z.object({ on: z.string(), kind: z.string(), struck: z.number() });
type Fault = z.infer<typeof Fault>;

const adminToken = 'the-tests-own';

export function tokenOf(login: string): string {
  return `token-of-${login}`;
}

export async function startForge(
  stage: Stage,
  { users, repo, limits = {}, apps = [] }: World,
  place: ForgePlace = {},
): Promise<ForgeProcess> {
  const dataDir = join(stage.dir, 'forge');
  await mkdir(dataDir, { mode: 0o700 });
  const configFile = join(stage.dir, 'forge.json');
  const accounts = users.map((login) => ({ login, token: tokenOf(login) }));
  await writeFile(
    configFile,
    JSON.stringify({ users: accounts, repos: [repo], limits, apps, adminToken }),
  );
  const name = `${repo.owner}/${repo.name}`;
  let port = place.port ?? 0;
  let running = await run();
  const url = await urlOf();
  port = Number(new URL(url).port);

  function run(): Promise<Running> {
    const args = ['--data', dataDir, '--config', configFile, '--port', String(port)];
    return stage.start('forge', { argv: [...(place.prefix ?? []), ...forgeProgram, ...args] });
  }

  /** Of the newest process: its last line that names one. */
  function urlOf(): Promise<string> {
    return stage.until('the forge answers', async () => {
      const text = await running.output();
      if (running.hasEnded()) throw new Error(`the forge has ended: ${text}`);
      const line = text.split('\n').findLast((one) => one.includes(`"pid":${running.pid}`));
      return line === undefined
        ? undefined
        : z.object({ url: z.string() }).parse(JSON.parse(line)).url;
    });
  }

  const admin = (method: string, path: string, body?: unknown) =>
    ask({ method, url: `${url}/_bzzz/${path}`, token: adminToken, body });
  const counted = async () => Requests.parse(await admin('GET', 'requests'));
  const read = (path: string) =>
    ask({ method: 'GET', url: `${url}/repos/${name}/${path}`, token: tokenOf(repo.owner) });

  return {
    url,
    repo: name,
    gitDir: join(dataDir, `${name}.git`),
    process: () => running,
    call: (who, method, path, body) =>
      ask({ method, url: `${url}/repos/${name}/${path}`, token: tokenOf(who), body }),
    issue: async (number) => Issue.parse(await read(`issues/${number}`)),
    comments: async (number) =>
      z.array(Comment).parse(await read(`issues/${number}/comments?per_page=100`)),
    // Of those of one second the order is anybody's.
    pullRequests: async () =>
      z
        .array(PullRequest)
        .parse(await read('pulls?state=all&per_page=100'))
        .toSorted((one, other) => other.number - one.number),
    requests: async () => (await counted()).total,
    changes: async () => (await counted()).changes,
    revokeTokensOf: async (login) => {
      await admin('DELETE', `tokens/${encodeURIComponent(login)}`);
    },
    addToken: async (login, token) => void (await admin('POST', 'tokens', { login, token })),
    addFault: async (fault) => void (await admin('POST', 'faults', fault)),
    faults: async () => z.array(Fault).parse(await admin('GET', 'faults')),
    clearFaults: async () => void (await admin('DELETE', 'faults')),
    kill: () => killGroup(running),
    async restart() {
      running = await run();
      await urlOf();
    },
  };
}

interface Ask {
  readonly method: string;
  readonly url: string;
  readonly token: string;
  readonly body?: unknown;
}

async function ask({ method, url, token, body }: Ask): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
