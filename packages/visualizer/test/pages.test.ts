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
  });

  it('has a picture with who works on what, and what flows', () => {
    const { peers, links, entries } = at(story.length);
    const flows = flowsOf(entries, 9_500, 1_000);
    expect(flows).toEqual([{ from: acacia, to: walnut, kind: 'help' }]);
    const model = graphModel(peers, links, flows);
    expect(model.nodes.map(({ label }) => label)).toEqual(['acacia · #7', 'walnut']);
    // Of the past no load is known.
    expect(model.nodes.map(({ load }) => load)).toEqual([0, 0]);
    expect(model.edges).toMatchObject([{ from: acacia, to: walnut }]);
    expect([...model.flows]).toEqual([[model.edges[0]?.key, 'help']]);
    expect(flowsOf(entries, 20_000, 1_000)).toEqual([]);
  });
});

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
