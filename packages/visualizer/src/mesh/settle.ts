import type Graph from 'graphology';
import forceAtlas2 from 'graphology-layout-forceatlas2';

const stepsMax = 160;
/** A part of a frame, so that the page stays quick while peers find their places. */
const budgetMsMin = 6;
/** Where frames are slow anyway, more: else many of them would be spent on moving peers about. */
const budgetShare = 0.3;

/** Lets forces move the peers, a little with every frame. Returns how to stop that. */
export function settle(graph: Graph): () => void {
  const settings = { ...forceAtlas2.inferSettings(graph), barnesHutOptimize: graph.order > 200 };
  let steps = 0;
  let stepMs = budgetMsMin;
  let beforeMs = performance.now();
  let frame = requestAnimationFrame(function move() {
    const beganMs = performance.now();
    const budgetMs = Math.max(budgetMsMin, (beganMs - beforeMs) * budgetShare);
    // All steps of a frame at once: each call tells everybody that all peers moved.
    const iterations = Math.min(stepsMax - steps, Math.max(1, Math.floor(budgetMs / stepMs)));
    forceAtlas2.assign(graph, { iterations, settings });
    steps += iterations;
    const endMs = performance.now();
    stepMs = Math.max(0.1, (endMs - beganMs) / iterations);
    beforeMs = beganMs;
    if (steps < stepsMax) frame = requestAnimationFrame(move);
  });
  return () => cancelAnimationFrame(frame);
}
