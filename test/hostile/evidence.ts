/** Everything that left the peer, or that it wrote down, and what of it should not be there. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ChatRequest } from '@bzzz/testkit/scripted/ollama';
import type { ForgeProcess } from '../e2e/harness/forge.ts';
import type { PeerProcess } from '../e2e/harness/peer.ts';

const run = promisify(execFile);

export interface Surface {
  readonly where: string;
  readonly bytes: Buffer;
}

export async function surfacesOf(
  forge: ForgeProcess,
  peer: PeerProcess,
  chats: readonly ChatRequest[],
): Promise<Surface[]> {
  const text = (where: string, value: unknown): Surface => ({
    where,
    bytes: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  });
  return [
    { where: 'git objects of the forge', bytes: await objectsOf(forge.gitDir) },
    text('refs of the forge', (await run('git', ['-C', forge.gitDir, 'for-each-ref'])).stdout),
    text('comments', await everyPage(forge, 'issues/comments?')),
    text('pull requests', await everyPage(forge, 'pulls?state=all&')),
    text('prompts', chats),
    text('journal', await peer.journal()),
    text('log', await peer.process().output()),
    text('status', await peer.client.status()),
    text('tasks', await peer.client.tasks()),
  ];
}

/** Where a secret stands, as it is or in a dress that a program would give it. */
export function findings(surfaces: readonly Surface[], secrets: Readonly<Record<string, string>>) {
  const found: { secret: string; where: string }[] = [];
  for (const [secret, value] of Object.entries(secrets)) {
    for (const { where, bytes } of surfaces) {
      if (dresses(value).some((dress) => bytes.includes(dress))) found.push({ secret, where });
    }
  }
  return found;
}

/** Plain, backwards, in hexadecimal, and in base64 wherever it may begin in what was encoded. */
function dresses(value: string): string[] {
  const bytes = Buffer.from(value);
  const shifted = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // The ends mix with what stands beside.
    return text.slice(4, -4).replaceAll('=', '');
  });
  return [value, Buffer.from(value).reverse().toString(), bytes.toString('hex'), ...shifted];
}

async function objectsOf(gitDir: string): Promise<Buffer> {
  const args = ['-C', gitDir, 'cat-file', '--batch-all-objects', '--batch', '--unordered'];
  const { stdout } = await run('git', args, { encoding: 'buffer', maxBuffer: 1024 ** 3 });
  return stdout;
}

export async function everyPage(forge: ForgeProcess, path: string): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let page = 1; ; page += 1) {
    const some = await forge.call('ada', 'GET', `${path}per_page=100&page=${page}`);
    if (!Array.isArray(some) || some.length === 0) return all;
    all.push(...some);
  }
}
