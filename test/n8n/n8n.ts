/** A real n8n as a process on loopback, with a folder of its own and our workflows in it. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../lib/free-ports.ts';
import { killGroup, type Running } from '../e2e/harness/processes.ts';
import type { Stage } from '../e2e/harness/stage.ts';
import type { Installed } from './install.ts';
import { readCredentials, readWorkflow, workflowsDir } from './workflows.ts';

interface Secrets {
  readonly callers: string;
  readonly forge: string;
  readonly news: string;
  readonly reports: string;
}

export interface N8nSpec {
  readonly installed: Installed;
  readonly secrets: Secrets;
  /** Root of GitHub's API. */
  readonly forgeUrl: string;
  /** Who may be told. */
  readonly reportOrigins: string;
}

export interface N8n {
  /** Of a webhook of a workflow. */
  url(path: string): string;
  /** SIGKILL, and a new process over the same folder. */
  crash(): Promise<void>;
}

const files = ['file.json', 'report.json'] as const;

/** Imports credentials and workflows as a person does, publishes and starts them. */
export async function startN8n(stage: Stage, spec: N8nSpec): Promise<N8n> {
  const { installed, secrets, forgeUrl, reportOrigins } = spec;
  const home = join(stage.dir, 'n8n');
  const importDir = join(home, 'import');
  await mkdir(importDir, { recursive: true, mode: 0o700 });
  const [port = 0, brokerPort = 0] = await freePorts(2);
  const env = {
    ...quiet,
    HOME: home,
    N8N_USER_FOLDER: home,
    N8N_LISTEN_ADDRESS: '127.0.0.1',
    N8N_PORT: String(port),
    N8N_RUNNERS_BROKER_PORT: String(brokerPort),
    N8N_ENCRYPTION_KEY: secrets.callers,
    N8N_BLOCK_ENV_ACCESS_IN_NODE: 'false',
    BZZZ_REPORT_ORIGINS: reportOrigins,
  };
  let commands = 0;
  async function command(success: string, ...args: string[]): Promise<void> {
    const argv = [...installed.program, ...args];
    const running = await stage.start(`n8n-${(commands += 1)}-${args[0]}`, { argv, env });
    const code = await running.ended;
    const output = await running.output();
    // Some of its commands end with 0 whatever happened.
    if (code !== 0 || !output.includes(success) || output.includes('GOT ERROR')) {
      throw new Error(`n8n ${args.join(' ')} ended with ${code}:\n${output.slice(-5_000)}`);
    }
  }

  const credentials = await credentialsWith(secrets, forgeUrl);
  const credentialsFile = join(home, 'credentials.json');
  await writeFile(credentialsFile, JSON.stringify(credentials), { mode: 0o600 });
  for (const file of files) await copyFile(join(workflowsDir, file), join(importDir, file));
  await command('Successfully imported 4', 'import:credentials', `--input=${credentialsFile}`);
  await command('Successfully imported 2', 'import:workflow', '--separate', `--input=${importDir}`);
  for (const file of files) {
    const { id } = await readWorkflow(file);
    await command('Publishing workflow', 'publish:workflow', `--id=${id}`);
  }

  const url = (path: string) => `http://127.0.0.1:${port}/webhook/${path}`;
  let running = await start();
  async function start(): Promise<Running> {
    const next = await stage.start('n8n', { argv: [...installed.program, 'start'], env });
    await stage.until('the workflows of n8n listen', async () => {
      if (next.hasEnded()) throw new Error(`n8n has ended: ${await next.output()}`);
      // Without its key it is refused, once it is there.
      const statuses = await Promise.all(['bzzz/file', 'bzzz/news'].map((one) => post(url(one))));
      return statuses[0] === 403 && statuses[1] === 401;
    });
    return next;
  }

  return {
    url,
    async crash() {
      await killGroup(running);
      running = await start();
    },
  };
}

/** Status of a request without anything; undefined: nobody answers. */
function post(url: string): Promise<number | undefined> {
  return fetch(url, { method: 'POST' }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status;
    },
    () => undefined,
  );
}

/** The example that operators fill in, filled in. */
async function credentialsWith(secrets: Secrets, forgeUrl: string): Promise<unknown> {
  const text = JSON.stringify(await readCredentials());
  const filled = text
    .replace('https://api.github.com', forgeUrl)
    .replace('REPLACE_CALLERS', secrets.callers)
    .replace('REPLACE_FORGE', secrets.forge)
    .replace('REPLACE_NEWS', secrets.news)
    .replace('REPLACE_REPORTS', secrets.reports);
  if (filled.includes('REPLACE')) throw new Error('a placeholder is left in the credentials');
  return JSON.parse(filled);
}

/** It asks nobody for anything. */
const quiet = {
  NODE_ENV: 'production',
  N8N_DIAGNOSTICS_ENABLED: 'false',
  N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
  N8N_DYNAMIC_BANNERS_ENABLED: 'false',
  N8N_TEMPLATES_ENABLED: 'false',
  N8N_PERSONALIZATION_ENABLED: 'false',
  N8N_COMMUNITY_PACKAGES_ENABLED: 'false',
  N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
  // It fetches a list of servers at the start, and has no other way to be told not to.
  N8N_DISABLED_MODULES: 'mcp-registry',
};
