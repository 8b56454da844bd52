import { BzzzError } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createHolding } from '../../src/fence/holding.ts';
import { keepAlive } from '../../src/task/keep-alive.ts';
import { errorOf } from '../support/memory-forge.ts';
import { calm, createStand, leaseMs } from '../support/stand.ts';

async function aliveOf() {
  const stand = createStand();
  const holding = createHolding(stand, await stand.win());
  const people: BzzzError[] = [];
  let looks = 0;
  const look = async () => {
    looks += 1;
    const next = people.shift();
    if (next !== undefined) throw next;
  };
  const pushes = stand.forge.pushes.length;
  const alive = keepAlive({ ...stand, look }, holding, calm);
  const renewals = () => stand.forge.pushes.length - pushes;
  return { stand, holding, people, alive, renewals, looks: () => looks };
}

describe('keeping a claim alive', () => {
  it('renews three times a lease, and looks at the issue each time', async () => {
    const { stand, alive, renewals, looks } = await aliveOf();
    await stand.clock.advance(2 * leaseMs);
    expect([renewals(), looks()]).toEqual([6, 6]);
    expect(alive.signal.aborted).toBe(false);
    alive.stop();
    await stand.clock.advance(0);
    expect(stand.clock.waiting()).toBe(0);
  });

  it('looks at once when it is told to, without a renewal', async () => {
    const { stand, alive, renewals, looks, people } = await aliveOf();
    people.push(new BzzzError('task_refused', 'assigned to mara'));
    alive.recheck();
    await stand.clock.advance(0);
    expect([renewals(), looks()]).toEqual([0, 1]);
    expect(alive.signal.reason).toMatchObject({ code: 'task_refused', reason: 'assigned to mara' });
  });

  it('looks at once also while an earlier look gets no answer', async () => {
    const stand = createStand();
    const holding = createHolding(stand, await stand.win());
    let looks = 0;
    const look = async () => {
      looks += 1;
      if (looks === 1) return new Promise<void>(() => undefined);
      throw new BzzzError('task_refused', 'closed');
    };
    const alive = keepAlive({ ...stand, look }, holding, calm);
    await stand.clock.advance(leaseMs / 3);
    expect([looks, alive.signal.aborted]).toEqual([1, false]);
    alive.recheck();
    await stand.clock.advance(0);
    expect(alive.signal.reason).toMatchObject({ code: 'task_refused' });
  });

  it('lets go of a renewal that gets no answer once people object', async () => {
    const { stand, holding, alive, people } = await aliveOf();
    stand.forge.fates = ['hang'];
    await stand.clock.advance(leaseMs / 3);
    people.push(new BzzzError('task_refused', 'closed'));
    alive.recheck();
    await stand.clock.advance(0);
    expect(alive.signal.aborted).toBe(true);
    const released = holding.release('closed', calm);
    await stand.clock.advance(0);
    expect(await released).toMatchObject({ kind: 'won' });
  });

  it('looks once more when it is told to in the middle of a look', async () => {
    const stand = createStand();
    const holding = createHolding(stand, await stand.win());
    const answers: (() => void)[] = [];
    const look = () => new Promise<void>((resolve) => answers.push(resolve));
    const alive = keepAlive({ ...stand, look }, holding, calm);
    for (let time = 0; time < 5; time += 1) alive.recheck();
    expect(answers).toHaveLength(1);
    answers[0]?.();
    await stand.clock.advance(0);
    expect(answers).toHaveLength(2);
    alive.stop();
  });

  it('ends when somebody holds a higher epoch', async () => {
    const { stand, alive } = await aliveOf();
    await createStand(2, stand).win();
    await stand.clock.advance(leaseMs / 3);
    expect(alive.signal.reason).toMatchObject({ code: 'task_fenced' });
  });

  it('goes on where the push cannot be made, as without a token, and tries again soon', async () => {
    const { stand, alive, renewals } = await aliveOf();
    stand.forge.fail('push', errorOf('forge_unauthorized'));
    stand.forge.fail('push', errorOf('forge_rate_limited'));
    await stand.clock.advance(leaseMs / 3 + leaseMs / 6);
    expect(alive.signal.aborted).toBe(false);
    const told = stand.journal.of('trouble').map(({ code }) => code);
    expect(told).toEqual(['forge_unauthorized', 'forge_rate_limited']);
    // Well within its lease.
    expect(renewals()).toBeGreaterThanOrEqual(1);
  });

  it('goes on where there is no answer, and tells of it', async () => {
    const { stand, alive, people, renewals } = await aliveOf();
    stand.forge.fates = ['refuse', 'lose-request'];
    people.push(errorOf('forge_unreachable'));
    await stand.clock.advance(2 * leaseMs);
    expect(alive.signal.aborted).toBe(false);
    expect(renewals()).toBeGreaterThan(4);
    const told = stand.journal.of('trouble').map(({ code }) => code);
    expect(told).toEqual(expect.arrayContaining(['forge_unreachable', 'fence_refused']));
  });
});
