/** The forge inside of the process, so that everything can be tried without GitHub. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createForge } from '@bzzz/forge';
import { createSecretFile, lockFolder, makeDataFolder, readSecretFile } from '@bzzz/peer';
import { readSample, type Sample, sampleAccount } from './sample.ts';

export interface EmbeddedForge {
  readonly url: string;
  /** Token of the peers' account. */
  readonly tokenFile: string;
  readonly sample: Sample;
  /** The sample as a bare repository. */
  readonly repositoryDir: string;
  /** Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts it on a free loopback port with the sample repository; a second start over the same
 * folder goes on where the first one ended. Throws `peer_folder_locked` and what the forge throws.
 */
export async function startEmbeddedForge(dataDir: string): Promise<EmbeddedForge> {
  await using parts = new AsyncDisposableStack();
  const forgeDir = join(dataDir, 'forge');
  await makeDataFolder(dataDir);
  await mkdir(forgeDir, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(join(forgeDir, 'forge.lock'));
  parts.defer(() => lock.release());
  const tokenFile = join(dataDir, 'forge.token');
  const token = await tokenIn(tokenFile);
  const sample = await readSample();
  const users = [...sample.users, { login: sampleAccount, token }];
  const forge = await createForge({ dataDir: forgeDir, users, repos: [sample.seed] });
  parts.defer(() => forge.stop());
  const all = parts.move();
  const repositoryDir = join(forgeDir, `${sample.repo}.git`);
  return { url: forge.url, tokenFile, sample, repositoryDir, stop: () => all.disposeAsync() };
}

async function tokenIn(file: string): Promise<string> {
  await createSecretFile(file, `embedded_${randomBytes(20).toString('hex')}`);
  const token = await readSecretFile(file);
  // Just made, or there before.
  if (token === null) throw new Error(`${file} has gone`);
  return token;
}
