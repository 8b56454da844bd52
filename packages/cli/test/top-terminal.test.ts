/** `bzzz top` on a real terminal, against a running peer: its keys act, and it leaves the terminal as it was. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keysIn, keysLine } from '../src/top/frame.ts';
import { createCleanups, run, runJson, type Running, tempDir, until, up } from './support.ts';
import { openTerminal, type Screen, type TestTerminal } from './tmux.ts';

/** A peer with its forge begins, and a screen is drawn, perhaps on a busy machine. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const cleanups = createCleanups();
let peer: Running;
let data: string[];

beforeEach(async () => {
  const dir = join(await tempDir(cleanups), 'solo');
  data = ['--data', dir];
  // Nothing is worked on, so that the list of tasks stands still.
  const env = { BZZZ_ANNOUNCE_MS: '500', BZZZ_SLOTS: '0' };
  peer = await up(cleanups, [...data, '--name', 'solo'], { env });
  await until(async () => (await runJson(['tasks', ...data])).tasks.length > 10);
});

afterEach(() => cleanups.run());

/** The shell tells the modes of its terminal before and after, and how `top` ended. */
async function startTop(
  size = { columns: 100, rows: 30 },
  env: Readonly<Record<string, string>> = {},
): Promise<TestTerminal> {
  const terminal = await openTerminal(cleanups, size, env);
  const top = `${process.execPath} --conditions=bzzz-source ${main} top ${data.join(' ')}`;
  await terminal.press(
    `clear; stty -g | cksum; ${top}; echo "ended with $?"; stty -g | cksum`,
    'Enter',
  );
  await terminal.shows(
    ({ lines, alternate }) => alternate && lines.some((line) => />\s+demo/.test(line)),
  );
  return terminal;
}

/** Ended so, and all is as before. */
async function expectEnd(terminal: TestTerminal, code: number): Promise<void> {
  const screen = await terminal.shows(new RegExp(`^ended with ${code}\\n\\d+ \\d+$`, 'm'));
  expect(screen).toMatchObject({ alternate: false, cursorShown: true });
  const [before, after] = screen.lines.filter((line) => /^\d+ \d+$/.test(line));
  expect(before).toMatch(/\d/);
  expect(after).toBe(before);
}

const chosen = ({ lines }: Screen) =>
  lines.find((line) => line.startsWith('> '))?.split(/\s+/)[1] ?? '';
const note = ({ lines }: Screen) => lines.at(-1) ?? '';

async function acts(): Promise<string[]> {
  const { out } = await run(['logs', ...data, '--json', '--from', '0']);
  const bodies = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).entry.body);
  return bodies.filter(({ kind }) => kind === 'operator.acted').map(({ act }) => act);
}

describe('bzzz top on a terminal', () => {
  it('moves, asks before it acts, acts, answers, and gives the terminal back', async () => {
    const terminal = await startTop();
    const first = chosen(await terminal.look());
    expect(note(await terminal.look())).toBe(keysLine);
    await terminal.press('Down', 'Down');
    const third = chosen(await terminal.shows((screen) => chosen(screen) !== first));
    await terminal.press('Up', 'Up');
    await terminal.shows((screen) => chosen(screen) === first);
    expect(third).not.toBe(first);

    // Anything but y leaves all as it is.
    for (const [key, words] of [
      ['d', 'Drain this peer: nothing new, finish the rest? y'],
      ['p', 'Pause this peer: all its work stands still? y'],
      ['u', 'Resume this peer? y'],
      ['D', 'Drain the whole mesh? y'],
      ['U', 'Resume the whole mesh? y'],
      ['c', `Cancel ${first} for the whole mesh? y`],
      ['r', `Retry ${first} for the whole mesh? y`],
    ] as const) {
      await terminal.press(key);
      await terminal.shows((screen) => note(screen) === words);
      await terminal.press('n');
      await terminal.shows((screen) => note(screen) === keysLine);
    }
    expect(await acts()).toEqual([]);

    await terminal.press('p');
    await terminal.shows(/Pause this peer: all its work stands still\? y/);
    await terminal.press('y');
    await terminal.shows(/this peer begins nothing new$/m);
    await terminal.shows(/solo .* paused /);
    expect((await run(['status', ...data])).out).toContain('An operator paused this peer');
    await terminal.press('u');
    await terminal.shows(/Resume this peer\? y/);
    await terminal.press('y');
    await terminal.shows(/this peer begins new work$/m);
    for (const [key, question, then] of [
      ['d', 'Drain this peer: nothing new, finish the rest?', 'begins nothing new'],
      ['u', 'Resume this peer?', 'begins new work'],
      ['D', 'Drain the whole mesh?', 'begins nothing new'],
      ['U', 'Resume the whole mesh?', 'begins new work'],
    ] as const) {
      await terminal.press(key);
      await terminal.shows((screen) => note(screen) === `${question} y`);
      await terminal.press('y');
      await terminal.shows((screen) => note(screen) === `this peer ${then}`);
    }

    await terminal.press('c');
    await terminal.shows((screen) => note(screen).startsWith(`Cancel ${first}`));
    await terminal.press('y');
    await terminal.shows(/^said: http:\S+#issuecomment-\d+$/m);
    const wanted = async () => {
      const { tasks } = await runJson(['tasks', ...data]);
      return tasks.find(({ task }: { task: string }) => task === first)?.wanted;
    };
    await until(async () => (await wanted()) === false);
    // It is left alone now, so it stands elsewhere in the list, and is still the chosen one.
    await terminal.shows(
      (screen) => chosen(screen) === first && /> \S+ +left alone/.test(screen.lines.join('\n')),
    );
    await terminal.press('r');
    await terminal.shows((screen) => note(screen).startsWith(`Retry ${first}`));
    await terminal.press('y');
    await until(wanted);
    const steered = ['pause', 'resume', 'drain', 'resume', 'drain', 'resume'];
    expect(await acts()).toEqual([...steered, 'cancel', 'retry']);

    await terminal.press('w');
    await terminal.shows(/Esc: back to the log/);
    await terminal.shows(/^solo: \S/m);
    await terminal.press('Escape');
    await terminal.shows((screen) => note(screen) === keysLine);
    await terminal.press('l');
    await terminal.shows(/looks at demo\/textkit/);
    await terminal.press('q');
    await expectEnd(terminal, 0);
  });

  it('fits the terminal whenever it changes its size', async () => {
    const terminal = await startTop({ columns: 120, rows: 40 });
    for (const [columns, rows] of [
      [60, 16],
      [150, 50],
      [80, 24],
    ] as const) {
      await terminal.resize(columns, rows);
      const screen = await terminal.shows(({ lines }) => {
        const isWhole = lines.length === rows && lines.some((line) => line.startsWith('> demo'));
        return isWhole && lines.at(-1) === keysIn(columns);
      });
      // Nothing of a frame before it is left: each part stands there once.
      for (const part of [/^Peers /, /^Tasks /, /^> demo/]) {
        expect(
          screen.lines.filter((line) => part.test(line)),
          `${columns}x${rows}`,
        ).toHaveLength(1);
      }
      for (const line of screen.lines) expect(line.length).toBeLessThanOrEqual(columns);
    }
    await terminal.press('C-c');
    await expectEnd(terminal, 0);
  });

  it('says that its peer is gone on the screen that it leaves', async () => {
    const terminal = await startTop();
    peer.process.kill('SIGKILL');
    await terminal.shows(/bzzz: peer_not_running|bzzz: \w+: /);
    await terminal.shows(/^ended with [1-9]/m);
    const { alternate, cursorShown } = await terminal.look();
    expect([alternate, cursorShown]).toEqual([false, true]);
  });

  it('gives the terminal back when it is told to end, also where a CI server is said to run', async () => {
    const terminal = await startTop(undefined, { CI: 'true' });
    process.kill(await childOf(await terminal.pid()), 'SIGTERM');
    await expectEnd(terminal, 0);
  });

  it('prints lines where its output is no terminal, though its input is one', async () => {
    const terminal = await openTerminal(cleanups, { columns: 100, rows: 30 });
    const top = `${process.execPath} --conditions=bzzz-source ${main} top ${data.join(' ')}`;
    await terminal.press(`${top} | cat`, 'Enter');
    const screen = await terminal.shows(/^work +0 of 0 slots busy/m);
    expect(screen.alternate).toBe(false);
    await terminal.press('C-c');
    await terminal.shows(/^\^C\n[$#]/m);
  });
});

/** The only process that a shell started. */
async function childOf(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return Number(children.trim());
}
