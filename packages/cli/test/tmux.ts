/** A real terminal with a shell in it, that can be typed to, looked at and resized: tmux, with a server of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Cleanups, tempDir } from './support.ts';

const call = promisify(execFile);
/** Longer than a busy machine takes to show anything. */
const showMsMax = 60_000;

export interface Screen {
  readonly lines: readonly string[];
  /** Whether a program has put its own screen over that of the shell. */
  readonly alternate: boolean;
  readonly cursorShown: boolean;
}

export interface TestTerminal {
  /** Names of keys as tmux knows them: `Down`, `C-c`, or what they type. */
  press(...keys: string[]): Promise<void>;
  look(): Promise<Screen>;
  resize(columns: number, rows: number): Promise<void>;
  /** Waits until the screen is so. */
  shows(what: RegExp | ((screen: Screen) => boolean)): Promise<Screen>;
  /** Process of the shell. */
  pid(): Promise<number>;
}

export async function openTerminal(
  cleanups: Cleanups,
  size: { readonly columns: number; readonly rows: number },
  env: Readonly<Record<string, string>> = {},
): Promise<TestTerminal> {
  const socket = join(await tempDir(cleanups), 'tmux');
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(?:BZZZ|GITHUB|TMUX)|^(?:NODE_OPTIONS|FORCE_COLOR|NO_COLOR|VITEST|CI$)/.test(name),
  );
  const environment = { ...Object.fromEntries(inherited), PS1: '$ ', ENV: '', ...env };
  const tmux = async (...args: string[]) => {
    const { stdout } = await call('tmux', ['-S', socket, '-f', '/dev/null', ...args], {
      env: environment,
    });
    return stdout;
  };
  const { columns, rows } = size;
  const at = ['-x', String(columns), '-y', String(rows)];
  await tmux('new-session', '-d', '-s', 'test', ...at, 'sh');
  cleanups.add(() => tmux('kill-server').catch(() => undefined));
  await tmux('set-option', '-g', 'escape-time', '0');
  await tmux('set-option', '-g', 'window-size', 'manual');

  async function look(): Promise<Screen> {
    const [text, flags] = await Promise.all([
      tmux('capture-pane', '-p', '-t', 'test'),
      tmux('display-message', '-p', '-t', 'test', '#{alternate_on} #{cursor_flag}'),
    ]);
    const [alternate, cursor] = flags.trim().split(' ');
    const lines = text.split('\n').slice(0, -1);
    return { lines, alternate: alternate === '1', cursorShown: cursor === '1' };
  }

  return {
    press: async (...keys) => void (await tmux('send-keys', '-t', 'test', ...keys)),
    look,
    resize: async (width, height) => {
      await tmux('resize-window', '-t', 'test', '-x', String(width), '-y', String(height));
    },
    async shows(what) {
      const deadlineMs = performance.now() + showMsMax;
      for (;;) {
        const screen = await look();
        const text = screen.lines.join('\n');
        if (typeof what === 'function' ? what(screen) : what.test(text)) return screen;
        if (performance.now() > deadlineMs)
          throw new Error(`it does not show ${String(what)}:\n${text}`);
        await pause(50);
      }
    },
    pid: async () => Number(await tmux('display-message', '-p', '-t', 'test', '#{pane_pid}')),
  };
}
