import type { PeerAnswer } from '@bzzz/protocol/api';
import { samplePeer, sampleTask } from '@bzzz/testkit/contracts/samples';
import { describe, expect, it } from 'vitest';
import { playedOn } from '../src/live/played-on.ts';
import { pathOf, routeOf, taskPath } from '../src/app/routes.ts';
import { extend, noHistory } from '../src/live/history.ts';
import { viewOf } from '../src/live/page-view.ts';
import { flowsOf } from '../src/mesh/flows.ts';
import { glslOf } from '../src/mesh/glsl.ts';
import { graphModel } from '../src/mesh/graph-model.ts';
import { columnsOf, leftAlone } from '../src/tasks/columns.ts';
import { hueOf, huesOf } from '../src/ui/hue.ts';
import { acacia, fence, said, task, walnut } from './entries.ts';

describe('addresses', () => {
  it.each([
    ['/', { page: 'mesh' }],
    ['/mesh', { page: 'mesh' }],
    ['/tasks', { page: 'tasks' }],
    ['/tasks/cedar/csv/7', { page: 'task', task }],
    ['/peers/12D3', { page: 'peer', peer: '12D3' }],
    ['/timeline', { page: 'timeline' }],
    ['/health', { page: 'health' }],
    ['/cluster', { page: 'health' }],
    ['/else', { page: 'nowhere', path: '/else' }],
    ['/peers/%', { page: 'peer', peer: '%' }],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });

  it('lead to where they came from', () => {
    expect(routeOf(taskPath(task))).toEqual({ page: 'task', task });
    for (const page of ['mesh', 'tasks', 'timeline', 'health'] as const) {
      expect(routeOf(pathOf({ page }))).toEqual({ page });
    }
  });
});

const story = [
  said({ atMs: 1_000, body: { kind: 'member.joined', peer: walnut, name: 'walnut' } }),
  said({ atMs: 2_000, body: { kind: 'task.seen', task, title: 'Write oak' } }),
  ...fence({ by: acacia, atMs: 3_000, state: 'held', epoch: 1, outcome: 'won' }),
  said({
    atMs: 4_000,
    body: { kind: 'attempt.started', task, epoch: 1, attempt: 1, executor: 'recipe' },
  }),
  said({
    atMs: 9_000,
    body: { kind: 'help.sent', task, id: 'h', peer: walnut, hop: 1, budget: 1 },
  }),
];
const history = extend(noHistory, story);

const answer = (id: string) =>
  samplePeer({ id, name: id.slice('peer-'.length), self: true, slots: 2, load: 0.5 });

describe('the page at a moment', () => {
  const at = (count: number) => viewOf({ history, peers: [], tasks: [] }, count);

  it('shows what had been written by then, and nothing else', () => {
    expect(at(0)).toMatchObject({ peers: [], tasks: [], entries: [] });
    expect(at(2).tasks).toMatchObject([{ task, state: 'open', holder: null }]);
    expect(at(5).tasks).toMatchObject([{ task, state: 'running', holder: acacia }]);
    expect(at(5).peers.map(({ name, standing }) => `${name} ${standing}`)).toEqual([
      'acacia working',
      'walnut idle',
    ]);
    expect(at(5).links).toHaveLength(1);
    // What they say of themselves now tells nothing of then.
    const { peers } = viewOf({ history, peers: [answer(acacia)], tasks: [] }, 5);
    expect(peers[0]).toMatchObject({ name: 'acacia', load: null, slots: null, running: 1 });
  });

  it('has a picture with who works on what, and what flows', () => {
    const { peers, links, entries } = at(story.length);
    const flows = flowsOf(entries, 9_500, 1_000);
    expect(flows).toEqual([{ from: acacia, to: walnut, kind: 'help' }]);
    const model = graphModel(peers, links, flows);
    expect(model.nodes.map(({ label }) => label)).toEqual(['acacia · #7', 'walnut']);
    // The room that a label takes does not go by what its peer does.
    const longest = model.nodes.map((node) => node.longest);
    const idle = peers.map((one) => ({ ...one, duties: [] }));
    expect(graphModel(idle, links, []).nodes.map((node) => node.longest)).toEqual(longest);
    expect(longest[0]?.startsWith('acacia · #')).toBe(true);
    // Of the past no load is known.
    expect(model.nodes.map(({ load }) => load)).toEqual([0, 0]);
    expect(model.edges).toMatchObject([{ from: acacia, to: walnut }]);
    expect([...model.flows]).toEqual([[model.edges[0]?.key, 'help']]);
    expect(flowsOf(entries, 20_000, 1_000)).toEqual([]);
  });
});

describe('a peer that died at work', () => {
  const died = said({
    by: walnut,
    atMs: 10_000,
    body: { kind: 'member.dead', peer: acacia, reason: 'silent' },
  });
  const taken = fence({ by: walnut, atMs: 11_000, state: 'held', epoch: 2, outcome: 'won' });
  const peerAt = (...entries: typeof story) => {
    const all = extend(noHistory, [...story, ...entries]);
    const view = viewOf({ history: all, peers: [], tasks: [] }, all.entries.length);
    return view.peers.find(({ id }) => id === acacia);
  };

  it('works on nothing any more, and says when it died and what it had', () => {
    expect(peerAt(died)).toMatchObject({
      standing: 'dead',
      duties: [],
      running: 0,
      slots: null,
      endedMs: 10_000,
      left: [{ task, by: null }],
    });
    const dead = peerAt(died);
    if (dead === undefined) throw new Error('it is forgotten');
    expect(graphModel([dead], [], []).nodes[0]?.label).toBe('acacia');
  });

  it('names who has it now', () => {
    expect(peerAt(died, ...taken)?.left).toEqual([{ task, by: walnut }]);
  });

  it('has its work again where it was not dead after all', () => {
    const word = said({
      atMs: 12_000,
      body: { kind: 'attempt.step', task, epoch: 1, attempt: 1, step: 1, role: 'coder' },
    });
    expect(peerAt(died, word)).toMatchObject({
      standing: 'working',
      duties: [{ task, duty: 'works' }],
      left: [],
      endedMs: null,
    });
  });

  it('is told so live, too, where the peer tells what it left though the entries are not here', () => {
    const entries = extend(noHistory, [died]);
    const answer = deadAnswer([{ task, by: walnut, byName: 'walnut' }]);
    const tasks = [sampleTask({ task, holder: walnut, state: 'claimed', epoch: 2 })];
    const { peers } = viewOf({ history: entries, peers: [answer], tasks }, null);
    expect(peers).toMatchObject([
      { standing: 'dead', duties: [], running: 0, slots: null, left: [{ task, by: walnut }] },
    ]);
  });
});

describe('a task that its holder let go of, in the past', () => {
  const release = (again?: string) =>
    said({
      atMs: 10_000,
      body: { kind: 'task.ended', task, epoch: 1, state: 'released', reason: 'why', again },
    });
  const columnOf = (...entries: typeof story) => {
    const all = extend(noHistory, [...story, ...entries]);
    const { tasks } = viewOf({ history: all, peers: [], tasks: [] }, all.entries.length);
    return columnsOf(tasks).find((column) => column.tasks.length > 0)?.name;
  };

  it.each(['when-seen', 'when-wanted', 'when-reopened'])(
    'stands with people where it is theirs: %s',
    (again) => {
      expect(columnOf(release(again))).toBe('For a person');
    },
  );

  it('stands where it stands live, too, when people touched its branches and want it', () => {
    const answer = { state: 'released', wanted: true, epoch: 1, reason: 'why' };
    const live = (more: Partial<Parameters<typeof sampleTask>[0]>) =>
      columnsOf(
        viewOf({ history, peers: [], tasks: [sampleTask({ task, ...answer, ...more })] }, null)
          .tasks,
      ).find((column) => column.tasks.length > 0)?.name;
    expect(live({ blocked: true })).toBe('For a person');
    expect(live({})).toBe('Open');
  });

  it('is open where peers take it up again by themselves, or it is not told', () => {
    expect(columnOf(release('soon'))).toBe('Open');
    expect(columnOf(release())).toBe('Open');
  });

  it('is open again once somebody said so, and at work once it is claimed', () => {
    const retry = { kind: 'operator.acted', by: 'screen', act: 'retry', about: task, task };
    const again = said({ atMs: 11_000, body: retry });
    expect(columnOf(release('when-wanted'), again)).toBe('Open');
    const claims = fence({ by: walnut, atMs: 12_000, state: 'held', epoch: 2, outcome: 'won' });
    expect(columnOf(release('when-wanted'), ...claims)).toBe('At work');
  });
});

describe('an attempt that an operator paused', () => {
  const set = (atMs: number, paused: boolean) =>
    said({ atMs, body: { kind: 'attempt.paused', task, epoch: 1, paused } });
  const resting = (...entries: typeof story) => {
    const all = extend(noHistory, [...story, ...entries]);
    return viewOf({ history: all, peers: [], tasks: [] }, all.entries.length).tasks[0]?.resting;
  };

  it('stands still until it is resumed, or the task ends', () => {
    expect(resting()).toBeUndefined();
    expect(resting(set(10_000, true))).toBe(true);
    expect(resting(set(10_000, true), set(11_000, false))).toBeUndefined();
    const ended = { kind: 'task.ended', task, epoch: 1, state: 'released', reason: '' };
    const claims = fence({ by: walnut, atMs: 12_000, state: 'held', epoch: 2, outcome: 'won' });
    const over = [set(10_000, true), said({ atMs: 11_000, body: ended })];
    expect(resting(...over)).toBeUndefined();
    expect(resting(...over, ...claims)).toBeUndefined();
  });
});

describe('a peer that was stopped', () => {
  const stops = said({
    by: walnut,
    atMs: 10_000,
    body: { kind: 'member.dead', peer: acacia, reason: 'it said that it stops', leaving: true },
  });

  it('is not called dead, live or in the past, and says when it stopped and what it had', () => {
    const entries = extend(noHistory, [...story, stops]);
    const left = [{ task, by: null }];
    const was = { standing: 'stopped', duties: [], running: 0, slots: null, endedMs: 10_000, left };
    const past = viewOf({ history: entries, peers: [], tasks: [] }, entries.entries.length);
    expect(past.peers.find(({ id }) => id === acacia)).toMatchObject(was);
    const answer = { ...deadAnswer([{ task, by: null, byName: null }]), stopped: true };
    const live = viewOf({ history: entries, peers: [answer], tasks: [] }, null);
    expect(live.peers).toMatchObject([was]);
  });
});

function deadAnswer(left: PeerAnswer['left']): PeerAnswer {
  const dead = { connected: false, liveness: 'dead', heardAgoMs: 60_000 } as const;
  return samplePeer({ id: acacia, name: 'acacia', ...dead, running: 1, load: 0.5, left });
}

describe('playing the past', () => {
  it('goes on by the clock, passes over silence, and ends', () => {
    expect(playedOn(history, 1_000, 50)).toBe(1_050);
    expect(playedOn(history, 4_100, 50)).toBe(8_600);
    expect(playedOn(history, 9_000, 50)).toBeNull();
  });
});

describe('the board', () => {
  const row = (state: string, wanted = true) => ({
    task: `o/r#${state.length}`,
    title: state,
    state,
    wanted,
    holder: null,
    epoch: 0,
    pullRequest: null,
    reason: null,
    told: null,
  });

  it('has a place for every state, also for one of a newer peer', () => {
    const rows = ['open', 'claimed', 'verifying', 'done', 'failed', 'pondering'].map((one) =>
      row(one),
    );
    const columns = columnsOf([...rows, row('open', false)]);
    expect(columns.map(({ name, tasks }) => `${name} ${tasks.length}`)).toEqual([
      'Open 1',
      'At work 1',
      'Being proved 1',
      'Done 1',
      'For a person 1',
      'Other 1',
    ]);
    expect(leftAlone([...rows, row('open', false)])).toHaveLength(1);
  });

  it('keeps what was stopped or taken back by people for a person, and what was given back open', () => {
    const rows = [
      { ...row('released'), epoch: 2 },
      { ...row('released', false), epoch: 2, reason: 'ann said /bzzz release' },
      { ...row('open', false), epoch: 1, reason: 'ann said /bzzz stop' },
    ];
    const counts = columnsOf(rows).map(({ name, tasks }) => `${name} ${tasks.length}`);
    expect(counts).toContain('Open 1');
    expect(counts).toContain('For a person 2');
    expect(leftAlone(rows)).toEqual([]);
  });
});

describe('colours', () => {
  it('of up to eight peers all differ, in whichever order they are told', () => {
    const ids = Array.from({ length: 8 }, (_, at) => `12D3KooWRo5TnFqr3uqqy${at * 7919}`);
    expect(new Set(huesOf(ids).values()).size).toBe(8);
    expect(huesOf(ids.toReversed())).toEqual(huesOf(ids));
    const many = huesOf([...ids, ...ids.map((id) => `${id}x`), 'one more']);
    const counts = [...many.values()].map((hue) => [...many.values()].filter((one) => one === hue));
    for (const same of counts) expect(same.length).toBeLessThanOrEqual(3);
    expect(huesOf(['alone']).get('alone')).toBe(hueOf('alone'));
  });

  it('reach the picture however the build wrote them', () => {
    expect(glslOf('#fff')).toBe('vec3(1.0000, 1.0000, 1.0000)');
    expect(glslOf('#0f0')).toBe(glslOf('#00ff00'));
    expect(glslOf('#14181e')).toBe('vec3(0.0784, 0.0941, 0.1176)');
    expect(glslOf('')).toBe('vec3(0.0000, 0.0000, 0.0000)');
  });
});
