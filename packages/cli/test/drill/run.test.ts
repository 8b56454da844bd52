/** How a drill goes, with a fault that does nothing, against a folder that answers as a peer does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createControlClient } from '@bzzz/peer';
import { BzzzError, PeerId } from '@bzzz/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/drill/faults/fault.ts';
import { connectedAcross } from '../../src/drill/faults/links.ts';
import { killFault, skewFault } from '../../src/drill/faults/restarts.ts';
import { skewLibrary } from '../../src/drill/faults/clock.ts';
import { observe } from '../../src/drill/observe/observer.ts';
import { type ProcessId, processOf } from '../../src/drill/process.ts';
import { type DrillOptions, runDrill } from '../../src/drill/run.ts';
import type { Target } from '../../src/drill/targets.ts';
import { createCleanups, tempDir, until } from '../support.ts';
import { standIn } from './stand-in.ts';

const cleanups = createCleanups();
afterEach(() => cleanups.run());

const ids = [
  '12D3KooWNT69oqF2QvukEQUAAAbjyUCUqGz1swkaz8cRnCac7ieY',
  '12D3KooWB3tHXJZm23vyAVk6ELmULhoCRH2u5RFXVGjwFsA8ThUh',
];

/** Whose environment names a forge that has nothing. */
async function someProcess(dataDir: string): Promise<ProcessId> {
  const forge = createServer((_, response) => response.end('[]')).listen(0, '127.0.0.1');
  await once(forge, 'listening');
  cleanups.add(() => forge.close());
  const address = forge.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const env = {
    HOME: dataDir,
    GITHUB_API_URL: `http://127.0.0.1:${address.port}`,
    BZZZ_GIT_URL: `http://127.0.0.1:${address.port}`,
    GITHUB_TOKEN: 'x',
  };
  const child = spawn('/bin/sleep', ['600'], { env, stdio: 'ignore' });
  cleanups.add(() => child.kill('SIGKILL'));
  return until(async () => processOf(child.pid ?? 0));
}

async function peer(at = 0) {
  const dataDir = join(await tempDir(cleanups), 'ash');
  await mkdir(dataDir);
  const id = PeerId.parse(ids[at]);
  const one = await standIn(dataDir, id);
  cleanups.add(() => one.close());
  const client = createControlClient(dataDir);
  const process = await someProcess(dataDir);
  const target: Target = {
    id,
    name: 'ash',
    dataDir,
    client,
    status: await client.status(),
    process,
  };
  return { one, target };
}

function faultOn(target: Target, more: Partial<Fault> = {}) {
  const log: string[] = [];
  const fault: Fault = {
    about: 'nothing',
    on: [target],
    begin: async () => void log.push('begun'),
    effect: async () => 'it was there',
    ...more,
    heal: async () => void log.push('healed'),
  };
  return { log, make: async () => fault };
}

function options(more: Partial<DrillOptions> = {}): DrillOptions {
  const { signal } = new AbortController();
  return { forMs: 1, settleMs: 100, say: () => undefined, signal, ...more };
}

describe('a drill', () => {
  it('tells how soon all was well; not where a task went on beyond the time for it', async () => {
    const { one, target } = await peer();
    const { make } = faultOn(target);
    const late = await runDrill([target], make, options());
    expect(late).toMatchObject({ holds: true, tasks: ['cedar/csv#7'], wholeAfterMs: null });
    const says: string[] = [];
    const say = (text: string) => {
      says.push(text);
      // It ends while the drill waits for it.
      if (text.startsWith('waits')) one.state = 'done';
    };
    const soon = await runDrill([target], make, options({ settleMs: 60_000, say }));
    expect(soon).toMatchObject({ holds: true, wholeAfterMs: expect.any(Number) });
    expect(says).toContain('waits: cedar/csv#7 not ended');
  });

  it('that cannot go on is healed, and does not say that nothing was harmed', async () => {
    const { target } = await peer();
    const begin = () => Promise.reject(new BzzzError('drill_means_missing', 'no set, no map'));
    const { log, make } = faultOn(target, { begin });
    await expect(runDrill([target], make, options())).rejects.toMatchObject({
      code: 'drill_broke_off',
      reason: 'no set, no map',
    });
    expect(log).toEqual(['healed']);
  });

  it('is ended by Ctrl-C at any time, and that is no defect', async () => {
    const { target } = await peer();
    for (const when of ['for 60 s', 'waits']) {
      const ctrlC = new AbortController();
      const say = (text: string) => {
        if (text.includes(when)) queueMicrotask(() => ctrlC.abort());
      };
      const { log, make } = faultOn(target);
      const forMs = when === 'waits' ? 1 : 60_000;
      const long = options({ forMs, settleMs: 600_000, say, signal: ctrlC.signal });
      await expect(runDrill([target], make, long)).rejects.toMatchObject({ code: 'aborted' });
      expect(log).toEqual(['begun', 'healed']);
    }
  });
});

it('who cannot be watched leaves no log open', async () => {
  const [first, second] = [await peer(0), await peer(1)];
  second.one.broken.add('/tasks');
  const { signal } = new AbortController();
  await expect(observe([first.target, second.target], signal)).rejects.toThrow();
  await until(async () => first.one.listeners() === 0 && second.one.listeners() === 0);
});

it('a peer that stands still behind a cut is named, and not waited for without end', async () => {
  const { one, target } = await peer();
  one.mute.add('/peers');
  const seen = await connectedAcross([target], [], AbortSignal.timeout(100));
  expect(seen).toMatch(/^ash could not be asked: /);
  one.mute.clear();
  expect(await connectedAcross([target], [], AbortSignal.timeout(10_000))).toBe(
    'no connection across was left',
  );
});

it('of another user nobody is killed whom we would start again as ourselves', async () => {
  const { target } = await peer();
  const process = { ...target.process, uid: target.process.uid + 1 };
  const code = 'drill_peer_elsewhere';
  await expect(killFault([{ ...target, process }])).rejects.toMatchObject({ code });
  if (skewLibrary() !== undefined)
    await expect(skewFault([{ ...target, process }], 60)).rejects.toMatchObject({ code });
});
