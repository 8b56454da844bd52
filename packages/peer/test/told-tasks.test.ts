import { type TaskView, untoldReason } from '@bzzz/coordination';
import { BzzzError, PeerId, TaskId } from '@bzzz/protocol';
import { StoryEntry } from '@bzzz/protocol/api';
import { describe, expect, it } from 'vitest';
import { createToldTasks } from '../src/wiring/told-tasks.ts';
import { taskView } from './member.ts';

const peerOf = (letter: string) => PeerId.parse(`12D3KooW${letter.repeat(44)}`);
const [us, elm, oak] = [peerOf('1'), peerOf('2'), peerOf('3')];
const task = TaskId.parse('cedar/csv#7');
const self = () => us;

function viewed(change: Partial<TaskView>): TaskView {
  return taskView({ task, state: 'claimed', holder: elm, epoch: 2, ...change });
}

function said(peer: PeerId, kind: string, fields: object): StoryEntry {
  const body = { kind, task, ...fields };
  return StoryEntry.parse({
    peer,
    name: null,
    seq: 0,
    entry: { v: 1, at: { wallMs: 0, counter: 0 }, body },
  });
}

/** A history that holds these, and counts how often it is asked. */
function history(entries: readonly StoryEntry[]) {
  const all = [...entries];
  let asked = 0;
  return {
    add: (entry: StoryEntry) => all.push(entry),
    asked: () => asked,
    position: () => `g.${all.length}`,
    refresh: () => Promise.resolve(),
    known({
      kinds = [],
      task: of,
    }: {
      kinds?: readonly string[] | undefined;
      task?: TaskId | undefined;
    }) {
      asked += 1;
      return all.filter(({ entry: { body } }) => kinds.includes(body.kind) && body['task'] === of);
    },
  };
}

const started = (peer: PeerId, epoch: number) => said(peer, 'attempt.started', { epoch });

describe('a task of another peer', () => {
  it('runs when its journal says so, and is not asked about again before anything came', () => {
    const known = history([started(oak, 1), started(elm, 2)]);
    const told = createToldTasks(known, { self });
    const stateNow = () => told.of([viewed({})])[0]?.state;
    expect(stateNow()).toBe('running');
    expect(stateNow()).toBe('running');
    expect(known.asked()).toBe(1);
    const list = [viewed({})];
    const first = told.of(list);
    expect(told.of(list)).toBe(first);
    known.add(said(oak, 'peer.started', {}));
    expect(told.of(list)).toBe(first);
    known.add(said(elm, 'help.asked', { epoch: 2 }));
    expect(stateNow()).toBe('helping');
    known.add(said(elm, 'attempt.ended', { epoch: 2, outcome: 'accepted' }));
    expect(stateNow()).toBe('publishing');
  });

  it('is only claimed as far as others tell, of another claim, or while it tells nothing', () => {
    const told = createToldTasks(history([started(oak, 2), started(elm, 1)]), { self });
    expect(told.of([viewed({})])).toEqual([viewed({})]);
  });

  it('has the reason of its end from the journal of whoever ended it', () => {
    const known = history([
      said(elm, 'task.ended', { epoch: 2, state: 'failed', reason: 'make: *** [test] Error 1' }),
    ]);
    const failed = viewed({ state: 'failed', reason: untoldReason });
    const told = createToldTasks(known, { self });
    expect(told.of([failed])[0]?.reason).toBe('make: *** [test] Error 1');
    // An end that is known stays, whatever comes to be known.
    known.add(said(oak, 'peer.started', {}));
    expect(told.of([failed])[0]?.reason).toBe('make: *** [test] Error 1');
    expect(known.asked()).toBe(1);
    expect(told.of([{ ...failed, epoch: 3 }])[0]?.reason).toBe(untoldReason);
  });

  it('that is asked for alone leaves what is known of all as it is', () => {
    const known = history([started(elm, 2)]);
    const told = createToldTasks(known, { self });
    const list = [viewed({})];
    const first = told.of(list);
    expect(told.one(viewed({})).state).toBe('running');
    expect(told.of(list)).toBe(first);
    known.add(said(elm, 'help.asked', { epoch: 2 }));
    expect(told.one(viewed({})).state).toBe('helping');
    expect(told.of(list)[0]?.state).toBe('helping');
  });

  it('is as this peer knows it where there is no index, and what is its own always', async () => {
    const broken = {
      position: () => 'g.1',
      known: () => {
        throw new BzzzError('index_failed', 'disk');
      },
      refresh: () => Promise.reject(new BzzzError('index_failed', 'disk')),
    };
    const told = createToldTasks(broken, { self });
    await told.refresh(new AbortController().signal);
    expect(told.of([viewed({})])).toEqual([viewed({})]);
    const own = viewed({ holder: us });
    expect(createToldTasks(history([started(us, 2)]), { self }).of([own])).toEqual([own]);
  });
});
