/** The drawn graph is brought to the model by as few words as possible: each word has sigma index everything anew. */
import { UndirectedGraph } from 'graphology';
import { describe, expect, it } from 'vitest';
import type { GraphModel } from '../src/mesh/graph-model.ts';
import { syncGraph } from '../src/mesh/sync.ts';

const link = (from: string, to: string) => ({ key: `${from} ${to}`, from, to });
const node = (id: string, more: Partial<GraphModel['nodes'][number]> = {}) => {
  return { id, label: id, longest: id, standing: 'idle' as const, size: 24, load: 0, ...more };
};
const model = (more: Partial<GraphModel> = {}): GraphModel => ({
  nodes: [node('a'), node('b'), node('c')],
  edges: [link('a', 'b'), link('b', 'c')],
  flows: new Map(),
  ...more,
});

/** A graph as it was drawn first, and how often it told of itself since. */
function drawn() {
  const graph = new UndirectedGraph();
  const first = model({ nodes: [node('a'), node('b'), node('c', { label: 'c · #7' })] });
  syncGraph(graph, first, null);
  const told: string[] = [];
  for (const event of [
    'nodeAdded',
    'nodeDropped',
    'edgeAdded',
    'edgeDropped',
    'nodeAttributesUpdated',
    'edgeAttributesUpdated',
    'eachNodeAttributesUpdated',
  ] as const) {
    graph.on(event, () => told.push(event));
  }
  return { graph, first, told };
}

describe('the drawn graph', () => {
  it('is not touched where the model says the same', () => {
    const { graph, first, told } = drawn();
    const again = model({ nodes: first.nodes, edges: first.edges });
    expect(syncGraph(graph, again, first)).toEqual({ moved: false, nodes: [], edges: [] });
    expect(told).toEqual([]);
  });

  it('is painted without a word, and says which parts', () => {
    const { graph, first, told } = drawn();
    const busy = model({
      nodes: [
        node('a'),
        node('b', { standing: 'working', label: 'b · #7' }),
        node('c', { label: 'c · #7' }),
      ],
      edges: first.edges,
      flows: new Map([
        ['a b', 'help'],
        ['a c', 'help'],
      ]),
    });
    expect(syncGraph(graph, busy, first)).toEqual({ moved: false, nodes: ['b'], edges: ['a b'] });
    expect(graph.getNodeAttributes('b')).toMatchObject({ standing: 'working', label: 'b · #7' });
    expect(graph.getEdgeAttribute('a b', 'flow')).toBe('help');
    const quiet = model({ nodes: first.nodes, edges: first.edges });
    expect(syncGraph(graph, quiet, busy)).toEqual({ moved: false, nodes: ['b'], edges: ['a b'] });
    expect(graph.getEdgeAttribute('a b', 'flow')).toBeNull();
    expect(told).toEqual([]);
  });

  it('tells of a label with a character that no label had, as sigma draws only those that it prepared', () => {
    const { graph, first, told } = drawn();
    const other = (label: string) =>
      model({ nodes: [node('a'), node('b', { label }), node('c')], edges: first.edges });
    const jumped = other('b · #32');
    expect(syncGraph(graph, jumped, first).nodes).toEqual(['c']);
    expect(told).toEqual(['nodeAttributesUpdated']);
    expect(graph.getNodeAttribute('b', 'label')).toBe('b · #32');
    // What was drawn a moment ago is prepared.
    expect(syncGraph(graph, other('b · #23'), jumped).nodes).toEqual(['b']);
    expect(told).toHaveLength(1);
  });

  it('tells of who comes and goes, and of sizes, as sigma must find them under the pointer', () => {
    const { graph, first, told } = drawn();
    const other = model({
      nodes: [node('a'), node('c', { size: 15 }), node('d')],
      edges: [link('a', 'c'), link('c', 'x')],
    });
    // Few stand on a circle, so no forces are needed.
    expect(syncGraph(graph, other, first).moved).toBe(false);
    expect(graph.nodes().toSorted()).toEqual(['a', 'c', 'd']);
    expect(graph.edges()).toEqual(['a c']);
    for (const event of ['nodeDropped', 'nodeAdded', 'edgeAdded', 'nodeAttributesUpdated']) {
      expect(told).toContain(event);
    }
    const many = model({ nodes: Array.from({ length: 30 }, (_, at) => node(`n${at}`)), edges: [] });
    expect(syncGraph(graph, many, other).moved).toBe(true);
    expect(graph.order).toBe(30);
  });
});
