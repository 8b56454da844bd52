import { Epoch, parsePolicy, type Oid } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import type { PromptSource } from '../../src/index.ts';
import { startCheckpoints } from '../../src/task/checkpoints.ts';
import { createReins } from '../../src/task/reins.ts';
import { createMemoryWork, resultOid } from '../support/memory-work.ts';
import { createManualClock, settle } from '../support/manual-clock.ts';
import { baseOid, errorOf } from '../support/memory-forge.ts';
import { calm, task } from '../support/stand.ts';

async function checkpoints(text: string, sources: () => readonly PromptSource[] = () => []) {
  const clock = createManualClock();
  const work = createMemoryWork(clock);
  const pushed: Oid[] = [];
  const troubles: unknown[] = [];
  const base = { branch: 'main', oid: baseOid, mirror: 'in memory' };
  const created = work.workspaces.create({ task, epoch: Epoch.parse(1), base });
  const workspace = { ...(await clock.drive(created)) };
  const policy = parsePolicy(`version: 1\n${text}`);
  const job = {
    policy,
    reins: createReins(work, { policy, base, from: null, sources }),
    message: 'half of it',
    push: async (oid: Oid) => void pushed.push(oid),
    onTrouble: (error: unknown) => void troubles.push(error),
  };
  const end = startCheckpoints({ clock }, workspace, job, calm);
  return { clock, work, pushed, troubles, end, workspace };
}

describe('unfinished work', () => {
  it('is pushed as often as the policy says, until the end', async () => {
    const { clock, pushed, end } = await checkpoints('checkpointMs: 60000');
    await clock.advance(59_999);
    expect(pushed).toEqual([]);
    await clock.advance(120_001);
    expect(pushed).toEqual([resultOid, resultOid, resultOid]);
    await end();
    await clock.advance(600_000);
    expect(pushed).toHaveLength(3);
  });

  it('is never pushed when the policy says nothing of it', async () => {
    const { clock, work, pushed, end } = await checkpoints('labels: [bzzz]');
    await clock.advance(86_400_000);
    await end();
    expect([pushed, work.events.includes('collect')]).toEqual([[], false]);
  });

  it('is kept back while there is none, and while it may not be published', async () => {
    const { clock, work, pushed } = await checkpoints('checkpointMs: 60000');
    work.script.changes = null;
    await clock.advance(60_000);
    work.script.changes = '.github/workflows/own.yml';
    await clock.advance(60_000);
    expect(pushed).toEqual([]);
    work.script.changes = 'src/a.ts';
    await clock.advance(60_000);
    expect(pushed).toEqual([resultOid]);
  });

  it('is kept back where a peer helped, as long as it touches what makes others run something', async () => {
    const sources: PromptSource[] = ['author'];
    const { clock, work, pushed } = await checkpoints('checkpointMs: 60000', () => sources);
    work.script.changes = 'package.json';
    await clock.advance(60_000);
    expect(pushed).toEqual([resultOid]);
    sources.push('peer');
    await clock.advance(60_000);
    expect(pushed).toEqual([resultOid]);
    work.script.changes = 'src/a.ts';
    await clock.advance(60_000);
    expect(pushed).toEqual([resultOid, resultOid]);
  });

  it('that cannot be read once is tried again, and stops nothing', async () => {
    const { clock, workspace, pushed, troubles } = await checkpoints('checkpointMs: 60000');
    const collect = workspace.collect;
    workspace.collect = () => Promise.reject(errorOf('workspace_hostile'));
    await clock.advance(60_000);
    await settle();
    expect([pushed, troubles]).toMatchObject([[], [{ code: 'workspace_hostile' }]]);
    workspace.collect = collect;
    await clock.advance(60_000);
    expect(pushed).toEqual([resultOid]);
  });
});
