import { describe, expect, it } from 'vitest';
import type { LivenessResult } from './measure.ts';
import { judge } from './verdict.ts';

const well: LivenessResult = {
  killMs: [40, 60, 80],
  closedMs: [10, 20, 30],
  hangMs: [300, 320],
  cutMs: [310, 330],
  falseSuspicions: 0,
  falseDeaths: 0,
};

function complaintsOf(change: Partial<LivenessResult>): readonly string[] {
  return judge({ ...well, ...change }).complaints;
}

describe('a figure of liveness', () => {
  it('is what was promised, and nothing is to be said', () => {
    const { complaints, notes } = judge(well);
    expect(complaints).toEqual([]);
    expect(notes.join()).toContain('as promised');
  });

  it('that is missed is a failure', () => {
    expect(complaintsOf({ killMs: [40, 60, 130] })).toEqual([expect.stringContaining('killed')]);
    expect(complaintsOf({ hangMs: [300, 500] })).toEqual([expect.stringContaining('hanging')]);
    expect(complaintsOf({ cutMs: [300, 500] })).toEqual([expect.stringContaining('cut')]);
  });

  it('is explained by a kernel that took so long to end those very processes, and says so', () => {
    const slow = { killMs: [40, 60, 150], closedMs: [10, 20, 120] };
    const { complaints, notes } = judge({ ...well, ...slow });
    expect(complaints).toEqual([]);
    expect(notes.join()).toMatch(/MISSED.*150 ms.*the kernel/);
  });

  it('is not explained by a kernel that was slow another time', () => {
    expect(complaintsOf({ killMs: [40, 60, 150], closedMs: [120, 20, 30] })).toHaveLength(1);
    expect(complaintsOf({ killMs: [40, 60, 300], closedMs: [10, 20, 120] })).toHaveLength(1);
  });

  it('that could not be taken is a failure, and one that nobody asked for is none', () => {
    const cutsDenied = 'unshare: not permitted';
    expect(complaintsOf({ cutMs: [], cutsDenied })).toEqual([expect.stringContaining(cutsDenied)]);
    expect(complaintsOf({ cutMs: [], hangMs: [], killMs: [], closedMs: [] })).toEqual([]);
  });

  it('of false alarms is none', () => {
    expect(complaintsOf({ falseSuspicions: 1 })).toEqual([expect.stringContaining('1 suspicions')]);
    expect(complaintsOf({ falseDeaths: 1 })).toHaveLength(1);
  });
});
