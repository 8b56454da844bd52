/**
 * `npm run n8n`: a real n8n with the workflows of `deploy/n8n`, a forge and a mesh of two peers. Issues are filed by a
 * webhook, done, and reported to who asked, by a signed one; n8n is killed in between. Exit 0 when each was reported once
 * and nothing forged was believed.
 *
 *     npm run n8n [-- --at DIR]      # installs n8n there and leaves it, or takes what is there
 *
 * Needs the npm registry, a C++ compiler, 2.9 GB and some minutes.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf } from '@bzzz/protocol';
import { createStage } from '../e2e/harness/stage.ts';
import { type Installed, installN8n, n8nVersion } from './install.ts';
import { play } from './play.ts';

const { values } = parseArgs({ options: { at: { type: 'string' } } });
const sinceMs = performance.now();
const elapsedS = () => (performance.now() - sinceMs) / 1_000;
const say = (line: string) => console.error(`${elapsedS().toFixed(0).padStart(5)} s  ${line}`);

const stage = await createStage();
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => interrupted.abort());
try {
  const stopped = new Promise<never>((_, reject) => {
    interrupted.signal.addEventListener('abort', () => reject(new Error('interrupted')));
  });
  const installed = await Promise.race([install(), stopped]);
  const told = await Promise.race([play(stage, installed, say), stopped]);
  console.log(`n8n ${n8nVersion}: ${told}, ${installed.megabytes} MB, ${elapsedS().toFixed(0)} s`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await stage.close();
}

async function install(): Promise<Installed> {
  try {
    return await installN8n(stage, resolve(values.at ?? join(stage.dir, 'installed')), say);
  } catch (error) {
    if (!interrupted.signal.aborted)
      console.error(`NOT RUN: n8n ${n8nVersion} cannot be installed here: ${reasonOf(error)}`);
    throw error;
  }
}
