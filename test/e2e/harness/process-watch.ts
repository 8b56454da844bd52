/** What a list of processes shows of everything that some processes start, looked at all the time. */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

export interface ProcessWatch {
  /** Command lines with environments, each once, of all that was seen. */
  stop(): Promise<readonly string[]>;
}

/** Shorter than any git lives that talks to a forge. */
const lookEveryMs = 4;

export function watchProcesses(pids: readonly number[]): ProcessWatch {
  const seen = new Set<string>();
  const over = new AbortController();

  async function look(pid: number, isChild: boolean): Promise<void> {
    const [children, cmdline, environ] = await Promise.all([
      read(`/proc/${pid}/task/${pid}/children`),
      isChild ? read(`/proc/${pid}/cmdline`) : '',
      isChild ? read(`/proc/${pid}/environ`) : '',
    ]);
    if (cmdline !== '') seen.add(`${cmdline}\n${environ}`.replaceAll('\0', ' '));
    const below = children.split(' ').filter((one) => one !== '');
    await Promise.all(below.map((one) => look(Number(one), true)));
  }

  const looking = (async () => {
    while (!over.signal.aborted) {
      await Promise.all(pids.map((pid) => look(pid, false)));
      await pause(lookEveryMs);
    }
  })();
  return {
    async stop() {
      over.abort();
      await looking;
      return [...seen];
    },
  };
}

/** A process may end while it is looked at; then there is nothing to see. */
async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'latin1');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return '';
    throw error;
  }
}
