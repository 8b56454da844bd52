/**
 * The embedded forge in a process of its own, so that its CPU time is not counted with ours.
 * Started with an IPC channel: `DATA_DIR TOKEN REPOSITORY...`; tells its URL, and ends with the
 * channel.
 */
import { once } from 'node:events';
import { createForge } from '@bzzz/forge';

/** What it tells. */
export interface ForgeStarted {
  readonly url: string;
}

const [dataDir, token, ...repositories] = process.argv.slice(2);
if (dataDir === undefined || token === undefined || process.send === undefined) {
  throw new Error('forge-process DATA_DIR TOKEN REPOSITORY..., with an IPC channel');
}
const forge = await createForge({
  dataDir,
  users: [{ login: 'bench', token }],
  repos: repositories.map((name) => ({ owner: 'bench', name })),
});
const ended = once(process, 'disconnect');
process.send({ url: forge.url } satisfies ForgeStarted);
await ended;
await forge.stop();
