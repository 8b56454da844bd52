/**
 * A real peer that only watches, with its gateway, in this process: HTTP, keys, limits and all. Its embedded
 * forge stands beside it, is polled once in a long while, and costs all sides the same.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createForge } from '@bzzz/forge';
import { type Gateway, openGateway } from '@bzzz/gateway';
import { createLogger, createPeer } from '@bzzz/peer';
import { Config } from '@bzzz/protocol';
import { makeTempFolder } from '../temp-folder.ts';
import { until } from '../until.ts';

const repo = { owner: 'bench', name: 'gateway' };
const token = 'token-of-the-benchmark';
const policy = 'version: 1\nrecipes:\n  note:\n    run: [node]\n    accept: [node]\njudge: []\n';

export interface GatewayPeer {
  /** Root of its API. */
  readonly url: string;
  /** Opens everything. */
  readonly token: string;
  /** Puts a note into its journal; durable when it resolves. */
  note(about: string): Promise<void>;
  close(): Promise<void>;
}

/** With so many issues that it knows. */
export async function startGatewayPeer({
  tasks,
}: {
  readonly tasks: number;
}): Promise<GatewayPeer> {
  await using open = new AsyncDisposableStack();
  const folder = await makeTempFolder('gateway');
  open.defer(folder.remove);
  const forge = await startForge(folder.path, tasks);
  open.defer(forge.stop);
  const dataDir = join(folder.path, 'peer');
  await mkdir(dataDir, { mode: 0o700 });
  const config = Config.parse({
    name: 'bench',
    dataDir,
    mesh: { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false },
    forge: { apiUrl: forge.url, gitUrl: forge.url, token },
    repositories: [`${repo.owner}/${repo.name}`],
    timing: { pollMs: 3_600_000, announceMs: 600_000 },
    work: { slots: 0 },
    ollama: { enabled: false },
  });
  let gateway: Gateway | undefined;
  const peer = createPeer(config, {
    logger: createLogger({ level: 'silent', format: 'text' }),
    async face({ logger }) {
      const options = { listen: '127.0.0.1:0', dataDir, names: [], pageDir: null };
      gateway = await openGateway(
        { logger },
        { ...options, nowMs: Date.now, requestsMax: 1_000_000_000 },
      );
      return gateway;
    },
  });
  open.defer(peer.stop);
  await peer.start();
  if (gateway === undefined) throw new Error('the peer has no face');
  await until(`${tasks} tasks are known`, async () => {
    return peer.coordinator().view().tasks.length === tasks;
  });
  const kept = open.move();
  return {
    url: gateway.url,
    token: (await readFile(join(dataDir, 'gateway-token'), 'utf8')).trim(),
    note(about) {
      return peer.coordinator().note({ kind: 'operator.acted', by: 'bench', act: 'note', about });
    },
    close: () => kept.disposeAsync(),
  };
}

async function startForge(folder: string, tasks: number) {
  const filesDir = join(folder, 'files');
  await mkdir(join(filesDir, '.bzzz'), { recursive: true });
  await writeFile(join(filesDir, '.bzzz', 'policy.yml'), policy);
  const issues = Array.from({ length: tasks }, (_, index) => ({
    title: `Issue ${index + 1} of the benchmark, with a title of usual length`,
    body: '```\nrecipe: note\n```\n',
    author: repo.owner,
    labels: ['bzzz'],
  }));
  return createForge({
    dataDir: join(folder, 'forge'),
    users: [{ login: repo.owner, token }],
    repos: [{ ...repo, filesDir, labels: [{ name: 'bzzz' }], issues }],
  });
}
