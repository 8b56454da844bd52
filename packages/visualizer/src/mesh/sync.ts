/** Brings the drawn graph to what the model says, touching only what differs: each touch costs a redraw. */
import type Graph from 'graphology';
import type { GraphModel, NodeModel } from './graph-model.ts';
import { circle, circleMax, firstPlace } from './layout.ts';

/** Whether peers came, went, or are connected otherwise, so that they should find new places. */
export function syncGraph(graph: Graph, model: GraphModel): boolean {
  const wanted = new Set(model.nodes.map(({ id }) => id));
  let moved = false;
  for (const id of graph.nodes()) {
    if (wanted.has(id)) continue;
    graph.dropNode(id);
    moved = true;
  }
  model.nodes.forEach((node, at) => {
    if (putNode(graph, node, at)) moved = true;
  });
  if (putEdges(graph, model)) moved = true;
  if (moved && model.nodes.length <= circleMax) {
    for (const [id, place] of circle(model.nodes.map(({ id }) => id))) {
      graph.mergeNodeAttributes(id, place);
    }
  }
  return moved && model.nodes.length > circleMax;
}

function putNode(graph: Graph, node: NodeModel, at: number): boolean {
  const { id, label, standing, size, load } = node;
  if (!graph.hasNode(id)) {
    graph.addNode(id, { ...firstPlace(at), label, standing, size, load });
    return true;
  }
  const now = graph.getNodeAttributes(id);
  const wanted = { label, standing, size, load };
  if (Object.entries(wanted).some(([name, value]) => now[name] !== value)) {
    graph.mergeNodeAttributes(id, wanted);
  }
  return false;
}

function putEdges(graph: Graph, { edges }: GraphModel): boolean {
  const wanted = new Set(edges.map(({ key }) => key));
  let moved = false;
  for (const key of graph.edges()) {
    if (wanted.has(key)) continue;
    graph.dropEdge(key);
    moved = true;
  }
  for (const { key, from, to, flow } of edges) {
    if (!graph.hasEdge(key)) {
      graph.addUndirectedEdgeWithKey(key, from, to, { flow });
      moved = true;
    } else if (graph.getEdgeAttribute(key, 'flow') !== flow) {
      graph.setEdgeAttribute(key, 'flow', flow);
    }
  }
  return moved;
}
