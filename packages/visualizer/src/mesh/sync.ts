/**
 * Brings the drawn graph to what the model says. Whatever the graph tells of itself makes sigma index all peers and
 * connections anew, which costs more than a frame; so only what changes places is told by it, and for what merely
 * looks otherwise the names are returned, to be painted.
 */
import type { UndirectedGraph } from 'graphology';
import type { EdgeModel, GraphModel, NodeModel } from './graph-model.ts';
import { circle, circleMax, firstPlace } from './layout.ts';

export interface Change {
  /** Peers came, went, or are connected otherwise, so that they should find new places. */
  readonly moved: boolean;
  /** Who looks otherwise and stands where it stood. */
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
}

/** `before`: the model that the graph was brought to last; null: it is empty. */
export function syncGraph(
  graph: UndirectedGraph,
  model: GraphModel,
  before: GraphModel | null,
): Change {
  const known = new Map(before?.nodes.map((node) => [node.id, node]));
  const dropped = dropNodes(graph, model.nodes, known);
  const isPrepared = lettersOf(before?.nodes ?? []);
  const nodes: string[] = [];
  let moved = dropped;
  model.nodes.forEach((node, at) => {
    const put = putNode(graph, node, { before: known.get(node.id), at, isPrepared });
    if (put === 'added') moved = true;
    if (put === 'painted') nodes.push(node.id);
  });
  if (model.edges !== before?.edges && putEdges(graph, model.edges)) moved = true;
  const edges = paintEdges(graph, model.flows, before?.flows ?? new Map());
  if (moved && model.nodes.length <= circleMax) {
    for (const [id, place] of circle(model.nodes.map(({ id }) => id))) {
      graph.mergeNodeAttributes(id, place);
    }
  }
  return { moved: moved && model.nodes.length > circleMax, nodes, edges };
}

/**
 * Whether sigma has drawn all characters of a label. One that it has not prepared is missing in the picture until
 * everything is indexed anew, so that the label would name another task.
 */
function lettersOf(nodes: readonly NodeModel[]): (label: string) => boolean {
  let letters: ReadonlySet<string> | undefined;
  return (label) => {
    // Counted only when a label changed.
    const known = (letters ??= new Set(nodes.flatMap(({ label }) => Array.from(label))));
    return Array.from(label).every((letter) => known.has(letter));
  };
}

function dropNodes(
  graph: UndirectedGraph,
  nodes: readonly NodeModel[],
  known: ReadonlyMap<string, NodeModel>,
): boolean {
  const wanted = new Set(nodes.map(({ id }) => id));
  const gone = [...known.keys()].filter((id) => !wanted.has(id));
  for (const id of gone) graph.dropNode(id);
  return gone.length > 0;
}

interface Putting {
  readonly before: NodeModel | undefined;
  readonly at: number;
  readonly isPrepared: (label: string) => boolean;
}

function putNode(
  graph: UndirectedGraph,
  node: NodeModel,
  { before, at, isPrepared }: Putting,
): 'added' | 'painted' | null {
  const { id, label, standing, size, load } = node;
  const looks = { label, standing, size, load };
  if (before === undefined) {
    graph.addNode(id, { ...firstPlace(at), ...looks });
    return 'added';
  }
  if (before.size !== size || (before.label !== label && !isPrepared(label))) {
    // How large it is decides what is under the pointer, and letters are prepared with the index: sigma is told.
    graph.mergeNodeAttributes(id, looks);
    return null;
  }
  if (before.label === label && before.standing === standing && before.load === load) return null;
  Object.assign(graph.getNodeAttributes(id), looks);
  return 'painted';
}

/** Whether any came or went. */
function putEdges(graph: UndirectedGraph, edges: readonly EdgeModel[]): boolean {
  const wanted = new Set(edges.map(({ key }) => key));
  let moved = false;
  for (const key of graph.edges()) {
    if (wanted.has(key)) continue;
    graph.dropEdge(key);
    moved = true;
  }
  for (const { key, from, to } of edges) {
    if (graph.hasEdge(key) || !graph.hasNode(from) || !graph.hasNode(to)) continue;
    graph.addUndirectedEdgeWithKey(key, from, to, { flow: null });
    moved = true;
  }
  return moved;
}

type Flows = GraphModel['flows'];

/** Those over which something flows now, or flowed before and does so no more. */
function paintEdges(graph: UndirectedGraph, flows: Flows, before: Flows): string[] {
  return [...new Set([...flows.keys(), ...before.keys()])].filter((key) => {
    if (!graph.hasEdge(key)) return false;
    const looks = graph.getEdgeAttributes(key);
    const flow = flows.get(key) ?? null;
    if (looks['flow'] === flow) return false;
    looks['flow'] = flow;
    return true;
  });
}
