/**
 * Lets commands reach the hosts of the policy. Inside the sandbox there is no network: the launcher that
 * coding tools start by opens a port there that leads to the proxy in the peer.
 */
import type { Network } from '@bzzz/coordination';
import { type LaunchFolder, makeLaunchFolder } from '../cli/launch/folder.ts';
import { outPort } from '../cli/launch/plan.ts';
import type { Runner, RunRequest } from '../runner.ts';
import { createEgress, type Egress } from './proxy.ts';
import type { Reach } from './reach.ts';

export interface Out {
  readonly hosts: Network;
  readonly downBytesMax: number;
}

export interface WayOutDeps {
  readonly runner: Pick<Runner, 'sandbox'>;
  readonly reach: Reach;
}

export interface WayOut {
  /** None: it is closed. */
  readonly hosts: Network;
  /** One command at a time. */
  command(argv: readonly string[]): Promise<Pick<RunRequest, 'argv' | 'show'>>;
  /** What the proxy did not let through. */
  objections(): readonly string[];
  /** For good. Idempotent. */
  close(): Promise<void>;
}

/** Requests and what little is told of oneself; the policy opens hosts to fetch from. */
const upBytesMax = 64 * 1024 * 1024;
const connectionsMax = 64;
const idleMs = 60_000;

/** `folder`: of the slot; it is removed with the worktree, should we not come to it. */
export async function openWayOut(
  { runner, reach }: WayOutDeps,
  folder: string,
  out: Out,
): Promise<WayOut & AsyncDisposable> {
  if (out.hosts.length === 0) return closedWay;
  const parts = new AsyncDisposableStack();
  try {
    const launch = await makeLaunchFolder(folder, runner);
    parts.defer(() => launch.remove());
    const egress = await serveHosts(launch, reach, out);
    parts.defer(() => egress.close());
    let isOpen = true;
    return {
      get hosts() {
        return isOpen ? out.hosts : [];
      },
      async command(argv) {
        if (!isOpen) return { argv };
        const rest = { homeFiles: {}, input: '', ports: [outPort] };
        await launch.write({ argv, environment: proxyEnvironment, ...rest });
        return { argv: launch.argv, show: launch.show };
      },
      objections: () => [...egress.objections],
      async close() {
        isOpen = false;
        await egress.close();
      },
      [Symbol.asyncDispose]: () => parts.disposeAsync(),
    };
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

/** The proxy at the socket of a folder that is there for more than this. */
export async function serveHosts(
  folder: Pick<LaunchFolder, 'serve'>,
  reach: Reach,
  { hosts, downBytesMax }: Out,
): Promise<Egress> {
  const limits = { upBytesMax, downBytesMax, connectionsMax, idleMs };
  const egress = createEgress({ hosts, reach, limits });
  await folder.serve(outPort, egress);
  return egress;
}

const closedWay: WayOut & AsyncDisposable = {
  hosts: [],
  command: (argv) => Promise.resolve({ argv }),
  objections: () => [],
  close: () => Promise.resolve(),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

const proxy = `http://127.0.0.1:${outPort.mark}`;
/** What a command serves on the sandbox's own loopback it reaches by itself. */
const own = '127.0.0.1,localhost,::1';

export const proxyEnvironment: Readonly<Record<string, string>> = {
  HTTP_PROXY: proxy,
  HTTPS_PROXY: proxy,
  http_proxy: proxy,
  https_proxy: proxy,
  NO_PROXY: own,
  no_proxy: own,
  npm_config_proxy: proxy,
  npm_config_https_proxy: proxy,
  // Node's own `fetch` and `http` look at the above only then.
  NODE_USE_ENV_PROXY: '1',
};
