/**
 * What a run that was killed leaves behind. Its namespaces ended with it, and so did the processes that
 * it started; its folder is there still, and perhaps a process that was just being started.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processesUnder, signalAll } from '../e2e/harness/processes.ts';

const signature = 'cluster.owner';

/** Says whose the folder is: this process, told apart from a later one of the same number. */
export async function signFolder(dir: string): Promise<void> {
  await writeFile(join(dir, signature), await identityOf(process.pid));
}

/** Removes the folders of runs that are gone, and ends what works in them. Returns those folders. */
export async function sweep(root = tmpdir()): Promise<string[]> {
  const swept: string[] = [];
  for (const name of await readdir(root)) {
    if (!name.startsWith('bzzz-e2e-')) continue;
    const dir = join(root, name);
    const owner = await readFile(join(dir, signature), 'utf8').catch(() => '');
    // Not ours to judge, or somebody is at it.
    if (owner === '' || owner === (await identityOf(Number.parseInt(owner, 10)))) continue;
    for (const { pid } of await processesUnder(dir)) signalAll(pid, 'SIGKILL');
    await rm(dir, { recursive: true, force: true });
    swept.push(dir);
  }
  return swept;
}

/** Process id and when it began; empty: there is none. */
async function identityOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Behind the name, which may hold anything: the 20th field from there.
  const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return began === undefined ? '' : `${pid} ${began}`;
}
