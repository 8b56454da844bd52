/**
 * Looks at everything that can keep a peer from its work and says so in plain words. Runs inside a
 * peer, which then adds what it knows of its mesh, or without one.
 */
import type { TokenSource } from '@bzzz/github';
import type { Config } from '@bzzz/protocol';
import type { Check } from '@bzzz/protocol/api';
import { layoutOf } from '../folder/layout.ts';
import { readSecretFile } from '../folder/secret-file.ts';
import { bad, good, guarded } from './checks.ts';
import { checkCoreFiles } from './core-files.ts';
import { checkMesh, checkPorts, type Live } from './mesh.ts';
import { checkJournals } from './journals.ts';
import { checkLooks } from './looks.ts';
import { checkStorage } from './storage.ts';
import { checkWebhook } from './webhook.ts';

export interface DiagnoseOptions {
  /** Null: no peer runs on this configuration. */
  readonly live: Live | null;
  /** Of the running peer. */
  readonly token?: TokenSource;
  readonly signal?: AbortSignal;
}

/** Never throws but `aborted`: what cannot be checked is a finding. */
export async function diagnose(config: Config, options: DiagnoseOptions): Promise<Check[]> {
  const { live, signal, token } = options;
  const { checkForge } = await import('./forge.ts');
  const { checkClis } = await import('./clis.ts');
  const { checkModels } = await import('./models.ts');
  const { checkSpend } = await import('./spend.ts');
  const { checkWorkers } = await import('./workers.ts');
  const {
    checkDisk,
    checkFolder,
    checkGit,
    checkMachine,
    checkNode,
    checkSandbox,
    checkSecrets,
    checkSlots,
    checkTools,
  } = await import('./machine.ts');
  const until = signal === undefined ? {} : { signal };
  const { dataDir, mesh, work } = config;
  const groups = await Promise.all([
    one('machine', () => checkMachine(until)),
    one('node', () => checkNode()),
    one('git', checkGit),
    one('data folder', () => checkFolder(dataDir)),
    one('storage', () => checkStorage(dataDir)),
    one('disk', () => checkDisk(dataDir)),
    one('secrets', async () => checkSecrets()),
    one('keys', () => checkKeys(config)),
    one('sandbox', () => checkSandbox(work, until)),
    one('tools', () => checkTools(work)),
    one('slots', () => checkSlots(config)),
    ...(live === null ? [] : [one('last look', async () => checkLooks(live))]),
    ...(live === null ? [] : [one('core files', checkCoreFiles)]),
    ...(live === null ? [] : [one('journals', async () => checkJournals(live))]),
    one('workers', () => checkWorkers(live?.workers ?? [])),
    one('models', () => checkModels(config.ollama, until)),
    checkClis(config, until),
    one('spend', async () => checkSpend(config)),
    checkForge(config, { ...until, token }),
    checkPorts(mesh, live),
    one('mesh', () => checkMesh(mesh, live)),
    checkWebhook(config.webhook, { isRunning: live !== null }),
  ]);
  signal?.throwIfAborted();
  return groups.flat();
}

async function one(name: string, run: () => Promise<Check>): Promise<Check[]> {
  return [await guarded(name, run)];
}

async function checkKeys({ dataDir, mesh }: Config): Promise<Check> {
  const layout = layoutOf(dataDir);
  const files = [layout.identityKey, mesh.keyFile ?? layout.meshKey];
  for (const file of files) {
    try {
      await readSecretFile(file);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return bad('keys', reason, `Run \`chmod 600 ${file}\` if nobody else read it.`);
    }
  }
  return good('keys', 'only this user can read them');
}
