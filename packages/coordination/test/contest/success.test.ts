import { Capabilities, type EntryBody, Epoch, limits, type TaskKind } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { rank } from '../../src/contest/rank.ts';
import { createTally } from '../../src/contest/success.ts';
import { peerOf } from '../support/identity.ts';
import { baseOid } from '../support/memory-forge.ts';
import { capabilitiesOf, task } from '../support/stand.ts';

const head = { task, epoch: Epoch.parse(1), attempt: 1 };
type Outcome = 'accepted' | 'failed' | 'cancelled';

/** What the journal says of one attempt. */
function attempt(taskKind: TaskKind | undefined, outcome: Outcome, code?: string): EntryBody[] {
  const kind = taskKind === undefined ? {} : { taskKind };
  const cut = code === undefined ? {} : { code };
  return [
    { kind: 'attempt.started', ...head, executor: 'recipe', base: baseOid, ...kind },
    { kind: 'attempt.ended', ...head, outcome, reason: '', commits: 0, elapsedMs: 1, ...cut },
  ];
}

function tallyOf(...attempts: EntryBody[][]) {
  const tally = createTally();
  for (const body of attempts.flat()) tally.take(body);
  return tally;
}

describe('measured success', () => {
  it('is that of the attempts of each kind, with a prior of one success', () => {
    expect(tallyOf().success()).toBe(1);
    expect(tallyOf().successOf()).toEqual({});
    const tally = tallyOf(
      attempt('format', 'accepted'),
      attempt('rename', 'failed'),
      attempt('rename', 'failed'),
      attempt('rename', 'accepted'),
    );
    expect(tally.successOf()).toEqual({ format: 1, rename: 0.5 });
    expect(tally.success()).toBe(3 / 5);
  });

  it('counts what the machine did wrong, not what people or the forge cut short', () => {
    const cut = ['task_refused', 'task_fenced', 'stopped', 'forge_unreachable'];
    const tally = tallyOf(...cut.map((code) => attempt('format', 'cancelled', code)));
    expect(tally.successOf()).toEqual({});
    const broken = tallyOf(attempt('format', 'cancelled', 'workspace_failed'));
    expect(broken.successOf()).toEqual({ format: 0.5 });
    expect(tallyOf(attempt('format', 'cancelled')).success()).toBe(1);
  });

  it('counts entries of earlier versions, which name no kind, in the whole only', () => {
    const tally = tallyOf(attempt(undefined, 'failed'));
    expect(tally.success()).toBe(0.5);
    expect(tally.successOf()).toEqual({});
  });

  it('forgets a bad start, and kinds that were not tried for long', () => {
    const bad = Array.from({ length: 30 }, () => attempt('format', 'failed'));
    const good = Array.from({ length: 20 }, () => attempt('format', 'accepted'));
    expect(tallyOf(...bad).success()).toBeCloseTo(1 / 21);
    expect(tallyOf(...bad, ...good).successOf()).toEqual({ format: 1 });
    const many = Array.from({ length: 40 }, (_, at) => attempt(`kind-${at}`, 'accepted'));
    const kinds = Object.keys(tallyOf(...many).successOf());
    expect(kinds).toHaveLength(limits.successKindsMax);
    expect(kinds).not.toContain('kind-0');
    expect(Capabilities.shape.successOf.parse(tallyOf(...many).successOf())).toBeDefined();
  });
});

describe('the rank for a kind of task', () => {
  const needs = { executors: ['recipe'], tools: [], models: [] };
  const [good, bad, newcomer] = [
    capabilitiesOf(peerOf(1), { success: 0.5, successOf: { format: 1, rename: 0.1 } }),
    capabilitiesOf(peerOf(2), { success: 1, successOf: { format: 0.2, rename: 1 } }),
    // Of a version that tells nothing of kinds.
    capabilitiesOf(peerOf(3), { success: 0.75 }),
  ];
  const peers = [good, bad, newcomer];

  it('goes by success at that kind, else by success at everything', () => {
    expect(rank(peers, task, needs, 'format')).toEqual([good.peer, newcomer.peer, bad.peer]);
    expect(rank(peers, task, needs, 'rename')).toEqual([bad.peer, newcomer.peer, good.peer]);
    expect(rank(peers, task, needs, 'other')).toEqual([bad.peer, newcomer.peer, good.peer]);
    expect(rank(peers, task, needs)).toEqual(rank(peers, task, needs, 'other'));
  });

  it('is the same for all who heard the same, in whatever order', () => {
    for (const kind of ['format', 'rename', 'constructor', 'tostring']) {
      expect(rank(peers.toReversed(), task, needs, kind)).toEqual(rank(peers, task, needs, kind));
    }
  });

  it('does not move for a little more or less of success', () => {
    const share = (format: number) => capabilitiesOf(peerOf(1), { successOf: { format } });
    for (const other of [0.96, 0.93, 1]) {
      const pair = [share(other), capabilitiesOf(peerOf(2), { successOf: { format: 0.98 } })];
      const order = rank([share(1), capabilitiesOf(peerOf(2))], task, needs, 'format');
      expect(rank(pair, task, needs, 'format')).toEqual(order);
    }
  });
});
