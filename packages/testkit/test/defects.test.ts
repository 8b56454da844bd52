/** A seed in which something throws is found again, as one that breaks an invariant. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../src/sim/main.ts', import.meta.url));

/** The simulator over sources that fail. */
async function runBroken(how: 'thrown' | 'rejected', args: readonly string[]) {
  const sources = new URL(`./broken-sources.ts?how=${how}`, import.meta.url).href;
  const child = spawn(
    process.execPath,
    ['--conditions=bzzz-source', '--import', sources, program, ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  return { code, output };
}

describe.each(['thrown', 'rejected'] as const)('what is %s in a run', (how) => {
  it('names its seed, with the command that runs it again', async () => {
    // Seeds 1 and 2 have three and four peers.
    const { code, output } = await runBroken(how, ['--share', '--from', '1', '--seeds', '5']);
    expect(code).toBe(0);
    const { seeds, failure } = JSON.parse(output);
    expect(seeds).toBe(3);
    expect(failure).toMatch(/broken defect: Error: made to fail\n +at /);
    expect(failure).toContain('replay: npm run sim -- --seed 3 --peers 5 --tasks 4');
  }, 60_000);

  it('is made smaller', async () => {
    const seed = ['--seed', '3', '--peers', '7', '--tasks', '1', '--shrink', '--quiet'];
    const { code, output } = await runBroken(how, seed);
    expect(code).toBe(1);
    expect(output).toContain('broken defect: Error: made to fail');
    expect(output).toMatch(/replay: npm run sim -- --seed 3 --peers 5 --tasks 1 /);
  }, 120_000);
});
