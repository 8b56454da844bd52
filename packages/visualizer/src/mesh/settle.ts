import type Graph from 'graphology';
import forceAtlas2 from 'graphology-layout-forceatlas2';

const stepsMax = 160;
/** A part of a frame, so that the page stays quick while peers find their places. */
const budgetMs = 6;

/** Lets forces move the peers, a little with every frame. Returns how to stop that. */
export function settle(graph: Graph): () => void {
  const settings = { ...forceAtlas2.inferSettings(graph), barnesHutOptimize: graph.order > 200 };
  let steps = 0;
  let frame = requestAnimationFrame(function move() {
    const beganMs = performance.now();
    do {
      forceAtlas2.assign(graph, { iterations: 1, settings });
      steps += 1;
    } while (steps < stepsMax && performance.now() - beganMs < budgetMs);
    if (steps < stepsMax) frame = requestAnimationFrame(move);
  });
  return () => cancelAnimationFrame(frame);
}
