/** What a person types: the demo as a process, with every way for it to end. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { signalAll, type Running } from './harness/processes.ts';
import { bzzz } from './harness/programs.ts';
import { createStage, nobodyLeft, type Stage, patientMs } from './harness/stage.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

interface Demo {
  readonly stage: Stage;
  readonly running: Running;
  /** The peers that it started. */
  readonly pids: () => Promise<number[]>;
}

async function startDemo(...args: string[]): Promise<Demo> {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const argv = [...bzzz, 'demo', '--data', `${stage.dir}/data`, ...args];
  const running = await stage.start('demo', { argv });
  const pids = async () => {
    const line = /five peers start: .*$/m.exec(await running.output())?.[0] ?? '';
    return [...line.matchAll(/\(pid (\d+)\)/g)].map(([, pid]) => Number(pid));
  };
  return { stage, running, pids };
}

/** Neither the peers that it named nor anything else that works in its folder. */
async function expectNobodyLeft({ stage, pids }: Demo): Promise<void> {
  const named = await pids();
  expect(named).toHaveLength(5);
  expect(named.filter((pid) => signalAll(pid, 0))).toEqual([]);
  await nobodyLeft(stage.dir);
}

it('ends well with a table when every eligible issue has its pull request', async () => {
  const demo = await startDemo('--once', '--within', String(patientMs / 2000));
  expect(await demo.running.ended).toBe(0);
  await expectNobodyLeft(demo);
  const output = await demo.running.output();
  const header =
    /^issue +title +owner +epoch +time +commits +pull request +acceptance +judged by$/m;
  expect(output).toMatch(header);
  const rows = output.split('\n').filter((line) => /^#\d+ /.test(line));
  expect(rows).toHaveLength(15);
  const [done, left] = [/ 1 +#\d+ +passed +[a-z]+$/, / - +left alone: /].map((kind) =>
    rows.filter((row) => kind.test(row)),
  );
  expect(done?.length).toBeGreaterThan(5);
  expect((done?.length ?? 0) + (left?.length ?? 0)).toBe(rows.length);
  expect(output).toContain('every eligible issue has its pull request');
});

it('ends badly when there is not time enough', async () => {
  const demo = await startDemo('--once', '--within', '1');
  expect(await demo.running.ended).toBe(1);
  await expectNobodyLeft(demo);
  expect(await demo.running.output()).toContain('NOT every eligible issue has its pull request');
});

it('leaves no process behind on Ctrl-C', async () => {
  const demo = await startDemo();
  await demo.stage.until('a peer is at work', async () =>
    / runs #\d+ /.test(await demo.running.output()),
  );
  signalAll(demo.running.pid, 'SIGINT');
  expect(await demo.running.ended).toBe(1);
  await expectNobodyLeft(demo);
});
