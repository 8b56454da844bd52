/** A workspace, a model API that notes what comes, and a tool that a test writes itself. */
import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ExecutorReport, PromptJob, Workspace } from '@bzzz/coordination';
import {
  type Cli,
  type CliOptions,
  createCli,
  type Reach,
  type RunnerOptions,
  type Sessions,
} from '@bzzz/execution';
import type { CliName } from '@bzzz/protocol';
import { limits, makeWorld, type World } from '../support.ts';
import { type Deps, type RunOptions, usualPlace } from './workers.ts';

export const realKey = 'sk-the-key-of-the-operator';

export interface Asked {
  readonly what: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ApiServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

export async function startApi(
  answer: (response: ServerResponse, asked: Asked) => void = (response) => response.end('{}'),
): Promise<ApiServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    // What is cut off in its middle comes to no end.
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const one = { what: `${request.method} ${request.url}`, headers: request.headers, body };
      asked.push(one);
      answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const job: PromptJob = {
  kind: 'prompt',
  executors: ['claude'],
  models: [],
  parts: [
    { source: 'bzzz', text: 'Change files until the issue is resolved.' },
    { source: 'maintainer', text: 'Two spaces.' },
    { source: 'author', text: 'Mend the widget.' },
  ],
  commands: { test: ['node', '--test'] },
  turnsMax: 50,
  tokensMax: 1_000_000,
};

export interface CliWorld {
  readonly world: World;
  readonly workspace: Workspace;
  readonly api: ApiServer;
  readonly cli: Cli;
  run(job?: Partial<PromptJob>, options?: RunOptions): Promise<ExecutorReport>;
  dispose(): Promise<void>;
}

export interface CliWorldOptions {
  /** Where it works. Default: the usual place. */
  readonly where?: Deps;
  readonly name?: CliName;
  /** Body of the tool, in JavaScript; it need not know `--version`. */
  readonly script: string;
  readonly cli?: Partial<CliOptions>;
  readonly world?: Partial<RunnerOptions> & { reach?: Reach };
  readonly answer?: Parameters<typeof startApi>[0];
  readonly sessions?: Sessions;
}

/** Prints one event. */
const helpers = `
const say = (event) => console.log(JSON.stringify(event));
const done = (more) => say({ type: 'result', subtype: 'success', result: 'Mended.', session_id: 's-1', ...more });
`;

export async function makeCliWorld(options: CliWorldOptions): Promise<CliWorld> {
  const world = makeWorld(options.world);
  const workspace = await world.create();
  const api = await startApi(options.answer);
  const program = join(world.folder, 'fake-tool.mjs');
  const versioned = `if (process.argv[2] === '--version') { console.log('9.8.7'); process.exit(); }`;
  await writeFile(program, `#!/usr/bin/env node\n${versioned}\n${helpers}\n${options.script}\n`);
  await chmod(program, 0o755);
  const { reach } = options.world ?? {};
  const { sessions } = options;
  const deps = {
    ...(options.where ?? usualPlace)(world.runner),
    ...(reach && { reach }),
    ...(sessions && { sessions }),
  };
  const cli = createCli(deps, options.name ?? 'claude', {
    program,
    apiUrl: api.url,
    apiKey: async () => realKey,
    ...options.cli,
  });
  await cli.refresh();
  return {
    world,
    workspace,
    api,
    cli,
    run(own, { attemptMs = 30_000, signal, ...hooks } = {}) {
      const request = { job: { ...job, ...own }, path: workspace.path, ...hooks };
      return cli.executor.run(
        { ...request, limits: { ...limits, attemptMs } },
        { ...(signal && { signal }) },
      );
    },
    async dispose() {
      await api.close();
      await workspace.dispose();
      await world.dispose();
    },
  };
}
