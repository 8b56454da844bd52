/** A repository whose work needs what only its setup provides, and a host that gives it away. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SetupJob, Workspace } from '@bzzz/coordination';
import type { Reach, RunnerOptions, WorkspacesOptions } from '@bzzz/execution';
import { Epoch } from '@bzzz/protocol';
import { limits, makeWorld, task, type World } from '../support.ts';

const host = 'packages.example.org';

/** Fetches what `wanted.txt` names into `deps/`. */
const fetching = `
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const name = readFileSync('wanted.txt', 'utf8').trim();
const answer = await fetch(process.argv[2] ?? 'http://${host}/' + name);
const text = await answer.text();
if (!answer.ok) throw new Error(answer.status + ' ' + text);
mkdirSync('deps');
writeFileSync('deps/' + name, text);
`;

const files = {
  'README.md': 'hello\n',
  'wanted.txt': 'left-pad\n',
  'get.mjs': fetching,
};

export interface SetupWorld extends World {
  readonly fetched: readonly string[];
  /** As from a policy; what is not said fetches `deps` over the network. */
  setup(changes?: Partial<SetupJob>): SetupJob;
  with(setup: SetupJob): Promise<Workspace>;
  /** What is kept. */
  kept(): string[];
}

export async function makeSetupWorld(
  options: Partial<RunnerOptions> & Pick<WorkspacesOptions, 'setupBytesMax'> = {},
): Promise<SetupWorld> {
  const fetched: string[] = [];
  const server = createServer((request, response) => {
    fetched.push(request.url ?? '');
    response.end(`content of ${request.url}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const reach: Reach = async () => ({ addresses: [{ address: '127.0.0.1', family: 4 }], port });
  const world = makeWorld({ files, reach, ...options });
  const whole: SetupJob = {
    run: [['node', 'get.mjs']],
    inputs: ['wanted.txt'],
    provides: ['deps'],
    network: [host],
    limits,
  };
  return {
    ...world,
    fetched,
    setup: (changes = {}) => ({ ...whole, ...changes }),
    with: (setup) =>
      world.workspaces.create({ task, epoch: Epoch.parse(1), base: world.base, setup }),
    kept: () => {
      const names = readdirSync(world.dir).includes('setups')
        ? readdirSync(join(world.dir, 'setups'))
        : [];
      return names.sort();
    },
    async dispose() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await world.dispose();
    },
  };
}
