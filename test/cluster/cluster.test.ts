/** The harness, small: `npm run cluster` plays all scenarios. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished, vi } from 'vitest';
import { processesUnder, startProcess } from '../e2e/harness/processes.ts';
import { createStage, patientMs } from '../e2e/harness/stage.ts';
import { lacks } from './machine.ts';
import { faultsOn } from './net/faults.ts';
import { layLan } from './net/lan.ts';
import { makeLate } from './net/late.ts';
import { exitCodeOf, lineOf, missingOf } from './report.ts';
import { playScenario } from './scenario.ts';
import { byDht } from './scenarios/discovery.ts';
import { partition } from './scenarios/partition.ts';
import { signFolder, sweep } from './sweep.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const run = promisify(execFile);
const missing = await lacks();
const loopback = missing.has('hosts');
if (loopback) console.warn(`ONLY LOOPBACK, NO NETWORK OF HOSTS: ${missing.get('hosts')}`);

it('a scenario is played: every issue ends once, and the report says so', async () => {
  const scenario = loopback ? byDht : partition;
  const played = await playScenario(scenario, { loopback, outageMs: 0 });
  expect(played.endings.length).toBeGreaterThan(0);
  const outcome = { scenario, kind: 'passed', played } as const;
  expect(lineOf(outcome)).toMatch(/^passed +\S+ +\d+ s, \d issues, each ended once, \d takeovers$/);
  expect(exitCodeOf([outcome], { allowMissing: false })).toBe(0);
});

it('a run in which something failed, or nothing was shown, is no success', () => {
  const failed = {
    scenario: byDht,
    kind: 'failed',
    reason: 'two publishers\nwith a trace',
  } as const;
  const idle = { scenario: byDht, kind: 'not run', reason: 'only loopback' } as const;
  expect(lineOf(failed)).toBe(`FAILED  ${byDht.name.padEnd(20)}two publishers`);
  const passed = {
    scenario: byDht,
    kind: 'passed',
    played: { endings: [], elapsedMs: 1 },
  } as const;
  const strict = { allowMissing: false };
  const lenient = { allowMissing: true };
  for (const wrong of [[failed], [idle], [idle, failed], [passed, failed], []]) {
    expect([exitCodeOf(wrong, strict), exitCodeOf(wrong, lenient)]).toEqual([1, 1]);
  }
  // What was not run has shown nothing, though the rest did.
  const rest = [passed, idle];
  expect([exitCodeOf(rest, strict), exitCodeOf(rest, lenient)]).toEqual([1, 0]);
  expect(missingOf(rest)).toContain(byDht.name);
  expect(missingOf([passed])).toBeUndefined();
});

it('hosts hear each other as the faults between them let them', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  // Where it is said that there are none, none can be made.
  if (loopback) return expect(layLan(stage, ['one', 'two', 'three'])).rejects.toThrow();
  const lan = await layLan(stage, ['one', 'two', 'three']);
  const faults = await faultsOn(lan);
  const [one, two, three] = lan.hosts;
  if (one === undefined || two === undefined || three === undefined) throw new Error('no hosts');
  const hears = (from: typeof one, to: typeof one) => answers(from.prefix, to.address());
  expect(await hears(one, two)).toBe(true);
  await faults.partition([one], [two, three]);
  expect([await hears(one, two), await hears(two, three)]).toEqual([false, true]);
  await faults.heal();
  await faults.cutOneWay(two, one);
  expect([await hears(one, two), await hears(one, three)]).toEqual([false, true]);
  await faults.heal();
  await faults.unplug(two);
  expect(await hears(one, two)).toBe(false);
  await faults.plugIn(two);
  const before = two.address();
  await lan.move(two);
  expect(two.address()).not.toBe(before);
  await stage.until('the mover answers where it is now', () => hears(one, two));
  expect(await answers(one.prefix, before)).toBe(false);
});

it('what is said to a host by a late link, and what it answers, comes late and in order', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  if (loopback) return;
  const [one, two] = (await layLan(stage, ['one', 'two'])).hosts;
  if (one === undefined || two === undefined) throw new Error('no hosts');
  const node = (script: string) => [process.execPath, '-e', script];
  const echo =
    "require('net').createServer((s) => s.pipe(s)).listen(4801, () => console.log('up'))";
  const server = await stage.start('echo', { argv: [...two.prefix, ...node(echo)] });
  await stage.until('it listens', async () => (await server.output()).includes('up'));
  await makeLate(stage, two, 4801, { delayMs: 100, jitterMs: 50 });
  // Piece after piece, as one packet each.
  const ask = `const s = require('net').connect(4801, '${two.address()}'); s.setNoDelay(true);
    const since = performance.now(); let text = ''; let firstMs;
    for (let at = 0; at < 50; at += 1) setTimeout(() => s.write(at + ' '), at);
    s.on('data', (piece) => { firstMs ??= performance.now() - since; text += piece;
      if (text.endsWith(' 49 ')) { console.log(JSON.stringify({ firstMs, text })); s.end(); } });`;
  const asker = await stage.start('ask', { argv: [...one.prefix, ...node(ask)] });
  expect(await asker.ended).toBe(0);
  const heard: { firstMs: number; text: string } = JSON.parse(await asker.output());
  // There and back; a busy machine adds to it.
  expect(heard.firstMs).toBeGreaterThanOrEqual(199);
  expect(heard.text).toBe(`${[...Array(50).keys()].join(' ')} `);
});

it('a run that is killed leaves no process and no namespace, and its folder to the next one', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'bzzz-cluster-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const argv = [process.execPath, '--conditions=bzzz-source', main, byDht.name, '--verbose'];
  const logFile = join(dir, 'log');
  const running = await startProcess({ argv, logFile, env: { TMPDIR: dir } });
  const stage = await createStage();
  onTestFinished(() => stage.close());
  await stage.until('its peers run', async () => (await running.output()).includes('is up'));
  expect(await processesUnder(dir)).not.toEqual([]);
  running.child.kill('SIGKILL');
  await running.ended;
  await stage.until(
    'all that it started is gone',
    async () => (await processesUnder(dir)).length === 0,
  );
  const swept = await sweep(dir);
  expect(swept).toHaveLength(1);
  expect(swept.some((folder) => existsSync(folder))).toBe(false);
});

it('a folder whose run goes on, or that is nobody knows whose, is left alone', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'bzzz-cluster-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const [ours, another] = [
    await mkdtemp(join(dir, 'bzzz-e2e-')),
    await mkdtemp(join(dir, 'bzzz-e2e-')),
  ];
  await signFolder(ours);
  await writeFile(join(another, 'file'), '');
  expect(await sweep(dir)).toEqual([]);
});

/** Whether a ping is answered. A port where nobody listens answers as well as any: by a refusal. */
async function answers(prefix: readonly string[], address: string): Promise<boolean> {
  const script = `const s = require('net').connect({ host: '${address}', port: 9, timeout: 1500 });
    s.on('error', (e) => process.exit(e.code === 'ECONNREFUSED' ? 0 : 1));
    s.on('timeout', () => process.exit(1));`;
  const argv: readonly string[] = [...prefix, process.execPath, '-e', script];
  const [program = '', ...args] = argv;
  return run(program, args).then(
    () => true,
    () => false,
  );
}
