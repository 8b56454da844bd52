/** What a peer has of the machine, as the system tells it. Linux only. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { memoryMib } from '../bench/subjects/process-look.ts';
import type { PeerProcess } from '../e2e/harness/peer.ts';
import { descendants } from '../e2e/harness/processes.ts';

export interface Look {
  readonly atMs: number;
  /** Its own memory and its part of what it shares, without the processes that it started. */
  readonly memoryMib: number;
  readonly files: number;
  /** That it started, and theirs. */
  readonly processes: number;
  readonly worktrees: number;
}

export const lookNames = ['memoryMib', 'files', 'processes', 'worktrees'] as const;

export async function lookAt(peer: PeerProcess): Promise<Look> {
  const { pid } = peer.process();
  const [files, processes, worktrees] = await Promise.all([
    readdir(`/proc/${pid}/fd`),
    descendants(pid),
    worktreesOf(peer),
  ]);
  return {
    atMs: performance.now(),
    memoryMib: memoryMib(pid).pss,
    files: files.length,
    processes: processes.length,
    worktrees,
  };
}

async function worktreesOf({ dataDir }: PeerProcess): Promise<number> {
  try {
    return (await readdir(join(dataDir, 'worktrees'))).length;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
