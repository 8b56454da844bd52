/** The question before a drill, on a real terminal: whatever is not yes harms nobody, and is no defect. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it, vi } from 'vitest';
import { noteLeftover } from '../../src/drill/leftovers.ts';
import { processOf } from '../../src/drill/process.ts';
import { createCleanups, tempDir } from '../support.ts';
import { openTerminal } from '../tmux.ts';

vi.setConfig({ testTimeout: 120_000 });

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const cleanups = createCleanups();
afterEach(() => cleanups.run());

it('takes Ctrl-C, the end of the input and a no for what they are, before anything is undone', async () => {
  const dataDir = join(await tempDir(cleanups), 'ash');
  await mkdir(dataDir);
  const own = await processOf(process.pid);
  if (own === undefined) throw new Error('nobody runs this');
  // Something of an earlier drill, so that it asks without a peer.
  await noteLeftover(dataDir, { fault: 'pause', process: { ...own, began: '0' } });
  const terminal = await openTerminal(cleanups, { columns: 200, rows: 30 });
  const drill = `${process.execPath} --conditions=bzzz-source ${main} drill pause --data ${dataDir}`;
  const answers: readonly [string[], string, number][] = [
    [['C-c'], 'aborted', 130],
    [['C-d'], 'drill_unconfirmed', 2],
    [['n', 'Enter'], 'drill_unconfirmed', 2],
    // There is no peer to be harmed.
    [['y', 'Enter'], 'peer_not_running', 3],
  ];
  for (const [at, [keys, word, code]] of answers.entries()) {
    // What is typed is not what is told: so nobody takes the question before for this one.
    await terminal.press(`clear; echo try $((${at})); ${drill}; echo "ended with $?"`, 'Enter');
    await terminal.shows(new RegExp(`^try ${at}\n(?:.*\n)*.*Undo that first\\? \\[y/N\\]`, 'm'));
    await terminal.press(...keys);
    const { lines } = await terminal.shows(new RegExp(`^try ${at}\n(?:.*\n)*ended with \\d`, 'm'));
    expect(lines.join('\n')).toContain(word);
    expect(lines).toContain(`ended with ${code}`);
  }
});
