import { describe, expect, it } from 'vitest';
import type { Stood } from '../../src/health/alerts.ts';
import { type HealthEntry, startHealth } from '../../src/health/health.ts';
import type { Sample } from '../../src/health/rules.ts';
import { createManualClock } from '../support/manual-clock.ts';

const well: Sample = {
  cpu: 0.1,
  memory: 0.2,
  disk: 0.3,
  lagMs: 1,
  receivedBytesPerS: 0,
  sentBytesPerS: 0,
};

function world(stood: readonly Stood[] = []) {
  const clock = createManualClock();
  const entries: HealthEntry[] = [];
  const troubles: unknown[] = [];
  const now = {
    sample: well,
    fault: null as string | null,
    pruned: 0,
    cutOff: false,
    freed: '9 MiB' as string | null,
  };
  const health = startHealth({
    clock,
    stood,
    measure: async () => now.sample,
    healers: {
      async prune() {
        now.pruned += 1;
        return now.freed;
      },
      reconnect: async () => (now.cutOff ? '2 peers dialled again' : null),
      refresh: () => Promise.reject(new Error('the disk hangs')),
    },
    isCutOff: () => now.cutOff,
    fault: () => now.fault,
    record: async (entry) => entries.push(entry),
    onNews: () => undefined,
    onTrouble: (error) => troubles.push(error),
  });
  const minutes = async (count: number) => {
    for (let step = 0; step < count * 12; step += 1) await clock.advance(5_000);
  };
  return { clock, entries, now, health, minutes, troubles };
}

describe('health', () => {
  it('is online, limited or in error, and says why', async () => {
    const { clock, now, health, minutes } = world();
    await minutes(1);
    expect(health.view()).toMatchObject({ state: 'online', alerts: [], fault: null });
    now.sample = { ...well, memory: 0.9 };
    await minutes(1);
    expect(health.view()).toMatchObject({ state: 'limited', alerts: [{ measure: 'memory' }] });
    const [alert] = health.view().alerts;
    expect(clock.wallMs() - (alert?.sinceMs ?? 0)).toBeLessThanOrEqual(60_000);
    expect(alert?.sinceMs).toBeGreaterThan(clock.wallMs() - 120_000);
    now.fault = 'no sandbox';
    expect(health.view()).toMatchObject({ state: 'error', fault: 'no sandbox' });
    now.fault = null;
    now.sample = well;
    await minutes(1);
    expect(health.view().state).toBe('online');
    health.stop();
  });

  it('makes room on a full disk, seldom, each time with a record', async () => {
    const { entries, now, health, minutes } = world();
    now.sample = { ...well, disk: 0.95 };
    await minutes(1);
    expect(entries.map(({ kind }) => kind)).toEqual(['health.alert', 'health.healed']);
    expect(entries).toMatchObject([
      { alert: 'disk', state: 'raised', value: 0.95, reason: 'the disk is at 95 %' },
      { action: 'prune', outcome: 'done', reason: '9 MiB' },
    ]);
    now.freed = null;
    await minutes(8);
    expect(now.pruned).toBe(1);
    await minutes(3);
    expect(now.pruned).toBe(2);
    expect(health.view().healings.map(({ outcome }) => outcome)).toEqual(['done', 'nothing']);
    health.stop();
  });

  it('keeps what was healed elsewhere among the others, with its record', async () => {
    const { clock, entries, health } = world();
    const healing = { action: 'restart-worker', outcome: 'done', reason: 'it lives' } as const;
    await health.note(healing);
    expect(health.view().healings).toEqual([{ atMs: clock.wallMs(), ...healing }]);
    expect(entries).toEqual([{ kind: 'health.healed', ...healing }]);
    health.stop();
  });

  it('ends what an earlier run had raised, and does not raise it again', async () => {
    const before = { measure: 'disk', sinceMs: -60_000, value: 0.95 };
    const goes = world([before, { measure: 'forgotten', sinceMs: -1, value: 1 }]);
    goes.now.sample = { ...well, disk: 0.95 };
    await goes.minutes(1);
    expect(goes.entries.filter(({ kind }) => kind === 'health.alert')).toEqual([]);
    expect(goes.health.view().alerts).toMatchObject([{ measure: 'disk' }]);
    goes.now.sample = well;
    await goes.minutes(1);
    expect(goes.entries.filter(({ kind }) => kind === 'health.alert')).toMatchObject([
      { alert: 'disk', state: 'ended' },
    ]);
    goes.health.stop();
  });

  it('dials again whom it lost, seldom, each time with a record', async () => {
    const { entries, now, health, minutes } = world();
    await minutes(1);
    expect(entries).toEqual([]);
    now.cutOff = true;
    await minutes(9);
    expect(entries).toMatchObject([
      {
        kind: 'health.healed',
        action: 'reconnect',
        outcome: 'done',
        reason: '2 peers dialled again',
      },
    ]);
    await minutes(3);
    expect(entries).toHaveLength(2);
    health.stop();
  });

  it('tries everything when somebody asks, and says what failed', async () => {
    const { health, entries } = world();
    expect(await health.heal()).toMatchObject([
      { action: 'prune', outcome: 'done' },
      { action: 'reconnect', outcome: 'nothing' },
      { action: 'refresh', outcome: 'failed', reason: 'the disk hangs' },
    ]);
    expect(entries).toHaveLength(3);
    health.stop();
  });

  it('keeps ten minutes of samples', async () => {
    const { health, minutes, troubles } = world();
    await minutes(15);
    expect(health.view().samples).toHaveLength(120);
    health.stop();
    expect(troubles).toEqual([]);
  });
});
