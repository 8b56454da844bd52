/** The simulator as a process of its own, over the sources: for bugs, and for further cores. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** `src` also when this is the compiled module. */
const program = fileURLToPath(new URL('../../src/sim/main.ts', import.meta.url));

export function startSelf(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, ['--conditions=bzzz-source', program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
