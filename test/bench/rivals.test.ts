/** Programs that stand beside ours: found, or told to be missing; and what they cost is counted. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { patientMs } from '../e2e/harness/stage.ts';
import { cpuTimeMs } from './cpu-time.ts';
import { measure } from './measure.ts';
import { openRivals } from './rivals.ts';
import { message } from './subjects/message.ts';

/** Twenty peers start in this process, and each state that does not come is named sooner. */
const timeout = patientMs;

const told: string[] = [];
const tell = (sentence: string): void => void told.push(sentence);
const rivals = openRivals({ install: false, tell });
const found = await rivals.find('nats-server');

describe('programs of others', () => {
  it('are not made up where they are not installed', async () => {
    const rivals = openRivals({ install: false, tell, path: '/nonexistent' });
    expect(await rivals.find('etcd')).toEqual({
      missing: 'etcd is not installed: apt-get install etcd-server',
    });
  });

  it('are not installed where there is no apt-get, and that is told', async () => {
    const rivals = openRivals({ install: true, tell, path: '/nonexistent' });
    expect(await rivals.find('nats-server')).toEqual({
      missing: 'nats-server is not installed, and this system has no apt-get',
    });
    expect(told).toEqual([]);
  });

  if ('missing' in found) {
    it(`are told to be missing where they are: here ${found.missing}`, { timeout }, async () => {
      const result = await measure(message, 'test', message.sizes.small, rivals);
      expect(result.absent.map(({ why }) => why)).toEqual([found.missing, found.missing]);
    });
  } else {
    it('do the same work where they are: here nats-server is', { timeout }, async () => {
      const result = await measure(message, 'test', message.sizes.small, rivals);
      expect(result.absent).toEqual([]);
      expect(result.sides.map(({ side }) => side)).toContain('NATS core, one to nine');
      expect(result.goals).toHaveLength(2);
    });
  }
});

describe('the time of processors', () => {
  it('of another process counts while it runs', async () => {
    // Busy until it has used 100 ms, then quiet until it is told to end.
    const busy = 'while (process.cpuUsage().user < 100_000); process.send("done")';
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    const child = spawn(process.execPath, ['-e', busy], { stdio: [...stdio] });
    const exited = once(child, 'exit');
    try {
      await once(child, 'message');
      const processes = child.pid === undefined ? [] : [child.pid];
      const without = cpuTimeMs({ children: false, processes: [] });
      expect(cpuTimeMs({ children: false, processes }) - without).toBeGreaterThanOrEqual(90);
    } finally {
      child.disconnect();
      await exited;
    }
  });
});
