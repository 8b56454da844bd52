/**
 * Lets a setup's commands reach the hosts of the policy. Inside the sandbox there is no network: the
 * launcher that coding tools start by opens a port there that leads to the proxy in the peer.
 */
import type { SetupJob } from '@bzzz/coordination';
import { makeLaunchFolder } from '../cli/launch/folder.ts';
import type { Runner, RunRequest } from '../runner.ts';
import type { Slot } from '../slot.ts';
import { createEgress } from './egress/proxy.ts';
import type { Reach } from './egress/reach.ts';

export interface WayOut extends AsyncDisposable {
  command(argv: readonly string[]): Promise<Pick<RunRequest, 'argv' | 'show'>>;
  /** What the proxy did not let through. */
  objections(): Iterable<string>;
}

const portMark = '{bzzz-port}';
/** Requests and what little is told of oneself; a setup fetches. */
const upBytesMax = 64 * 1024 * 1024;
const connectionsMax = 64;
const idleMs = 60_000;

export async function openWayOut(
  { runner, reach }: { runner: Runner; reach: Reach },
  slot: Slot,
  { network: hosts, limits: { diskBytesMax: downBytesMax } }: SetupJob,
): Promise<WayOut> {
  if (hosts.length === 0) return closed;
  const parts = new AsyncDisposableStack();
  try {
    const folder = await makeLaunchFolder(slot.folder, runner);
    parts.defer(() => folder.remove());
    const limits = { upBytesMax, downBytesMax, connectionsMax, idleMs };
    const egress = createEgress({ hosts, reach, limits });
    parts.defer(() => egress.close());
    await folder.serve(egress);
    return {
      async command(argv) {
        await folder.write({ argv, environment, homeFiles: {}, input: '', portMark });
        return { argv: folder.argv, show: folder.show };
      },
      objections: () => egress.objections,
      [Symbol.asyncDispose]: () => parts.disposeAsync(),
    };
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
}

const closed: WayOut = {
  command: (argv) => Promise.resolve({ argv }),
  objections: () => [],
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

const proxy = `http://127.0.0.1:${portMark}`;
const environment = {
  HTTP_PROXY: proxy,
  HTTPS_PROXY: proxy,
  http_proxy: proxy,
  https_proxy: proxy,
  npm_config_proxy: proxy,
  npm_config_https_proxy: proxy,
  // Node's own `fetch` and `http` look at the above only then.
  NODE_USE_ENV_PROXY: '1',
};
