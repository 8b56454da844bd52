import { describe, expect, it } from 'vitest';
import { taskWords } from '../src/tasks/task-words.ts';

describe('the page of a task that nobody has', () => {
  it('says that an issue is left alone, and why, and nothing of a contest', () => {
    const words = taskWords({ state: 'open', wanted: false, epoch: 0, reason: 'assigned to mara' });
    expect(words).toMatchObject({
      badge: { text: 'left alone' },
      why: 'bzzz leaves this issue alone: assigned to mara.',
      concernsPeers: false,
    });
    expect(words.unclaimed.title).toBe('No peer takes it');
    expect(JSON.stringify(words)).not.toContain('rank');
  });

  it('says that one waits for the best peer only where nothing keeps them all from it', () => {
    const waits = taskWords({ state: 'open', wanted: true, epoch: 0, reason: null });
    expect(waits).toMatchObject({ badge: { text: 'open' }, why: null, concernsPeers: true });
    expect(waits.unclaimed.text).toContain('claims it first');
    const kept = taskWords({ state: 'open', wanted: true, epoch: 0, reason: 'a person pushed' });
    expect(kept.why).toBe('No peer takes it: a person pushed.');
    expect(kept.unclaimed.text).not.toContain('claims it first');
  });

  it('says that people have it, and why', () => {
    const row = { state: 'open', wanted: false, epoch: 1, reason: 'ann said /bzzz stop' };
    expect(taskWords(row)).toMatchObject({ badge: { text: 'with people' }, why: row.reason });
  });

  it('leaves the reason of an end as it is', () => {
    expect(taskWords({ state: 'failed', wanted: true, epoch: 0, reason: 'r' }).why).toBe('r');
    expect(taskWords(null)).toMatchObject({ badge: { text: 'open' }, why: null });
  });
});
