/**
 * Frames a second of the mesh page while events come in, beside those of sigma alone with as many peers and
 * connections. In both the picture is dragged all the time, so that every frame is drawn anew.
 */
import '../live/without-eval.ts';
import { UndirectedGraph } from 'graphology';
import { createRoot } from 'react-dom/client';
import { Sigma } from 'sigma';
import { viewOf } from '../live/page-view.ts';
import { nothingKnown, reduce } from '../live/state.ts';
import { createDrawing } from '../mesh/drawing.ts';
import { graphModel } from '../mesh/graph-model.ts';
import { settle } from '../mesh/settle.ts';
import { syncGraph } from '../mesh/sync.ts';
import { BenchPage, feed } from './page.tsx';
import { peersEvent } from './mesh.ts';
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/parts.css';
import '../app/shell.css';
import '../mesh/mesh.css';
import '../timeline/timeline.css';

declare global {
  /** What the test calls. */
  var bench: {
    /** Sigma as it comes, in a picture as large as the page's. */
    bare(seconds: number, size: Size): Promise<Figures>;
    /** The same drawn as the page draws it, without the page. */
    alike(seconds: number, size: Size): Promise<Figures>;
    page(seconds: number, eventsPerSecond: number): Promise<Figures>;
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Figures extends Size {
  readonly framesPerSecond: number;
  readonly nodes: number;
  readonly edges: number;
  /** That were fed meanwhile, and that the store had not taken in two seconds later. */
  readonly eventsPerSecond: number;
  readonly lost: number;
}

globalThis.bench = {
  bare: (seconds, size) =>
    quiet(seconds, size, (graph, element) => {
      const sigma = new Sigma(graph, element, {
        styles: {
          nodes: [
            {
              x: { attribute: 'x' },
              y: { attribute: 'y' },
              size: 5,
              label: { attribute: 'label' },
            },
          ],
          edges: [{ size: 1 }],
        },
        settings: { itemSizesReference: 'screen' },
      });
      return () => sigma.kill();
    }),
  alike: (seconds, size) =>
    quiet(seconds, size, (graph, element) => {
      const none = () => undefined;
      return createDrawing(graph, element, { onMark: none, onOpen: none }).close;
    }),
  async page(seconds, eventsPerSecond) {
    const element = stage();
    const { store, graphElement, begin } = await new Promise<Awaited<ReturnType<typeof feed>>>(
      (resolve) => {
        createRoot(element).render(
          <BenchPage onReady={(ready) => void feed(ready).then(resolve)} />,
        );
      },
    );
    await pause(6_000);
    const known = store.get().events;
    const feeding = begin(eventsPerSecond);
    await pause(1_000);
    const before = feeding.fed();
    const { width, height } = graphElement().getBoundingClientRect();
    const framesPerSecond = await framesWhileDragged(graphElement(), seconds);
    // Of whole turns of its timer: one may be late by a frame, and then makes up for that.
    const after = feeding.fed();
    feeding.stop();
    // All of them are in the store soon after: it kept up.
    await pause(2_000);
    const lost = known + after.events - store.get().events;
    const { nodes, edges } = modelOf(store.get());
    return {
      framesPerSecond,
      nodes: nodes.length,
      edges: edges.length,
      eventsPerSecond: ((after.events - before.events) * 1_000) / (after.atMs - before.atMs),
      lost,
      width,
      height,
    };
  },
};

/** A picture alone, to which nothing happens but that it is dragged. */
async function quiet(
  seconds: number,
  { width, height }: Size,
  draw: (graph: UndirectedGraph, element: HTMLElement) => () => void,
): Promise<Figures> {
  const element = stage();
  element.style.width = `${width}px`;
  element.style.height = `${height}px`;
  const graph = pictured();
  await settled(graph);
  const close = draw(graph, element);
  const framesPerSecond = await framesWhileDragged(element, seconds);
  close();
  const { order: nodes, size: edges } = graph;
  return { framesPerSecond, nodes, edges, eventsPerSecond: 0, lost: 0, width, height };
}

function stage(): HTMLElement {
  const root = document.getElementById('root');
  if (root === null) throw new Error('the page has no root');
  root.replaceChildren();
  const element = document.createElement('div');
  root.append(element);
  return element;
}

function modelOf(state: Parameters<typeof viewOf>[0]) {
  const { peers, links } = viewOf(state, null);
  return graphModel(peers, links, []);
}

function pictured(): UndirectedGraph {
  const graph = new UndirectedGraph();
  syncGraph(graph, modelOf(reduce(nothingKnown, [peersEvent()], 0)), null);
  return graph;
}

async function settled(graph: UndirectedGraph): Promise<void> {
  const stop = settle(graph);
  await pause(4_000);
  stop();
}

/** Moves the picture to and fro with a pointer, as a person would, and counts frames. */
async function framesWhileDragged(element: HTMLElement, seconds: number): Promise<number> {
  const { left, top, width, height } = element.getBoundingClientRect();
  const at = (step: number) => ({
    bubbles: true,
    cancelable: true,
    pointerId: 1,
    pointerType: 'mouse',
    isPrimary: true,
    button: 0,
    buttons: 1,
    clientX: left + width / 2 + 40 * Math.sin(step / 7),
    clientY: top + height / 2 + 40 * Math.cos(step / 7),
  });
  const target = element.querySelector('.sigma-mouse') ?? element;
  target.dispatchEvent(new PointerEvent('pointerdown', at(0)));
  const beganMs = performance.now();
  let frames = 0;
  await new Promise<void>((resolve) => {
    requestAnimationFrame(function step(nowMs) {
      frames += 1;
      document.dispatchEvent(new PointerEvent('pointermove', at(frames)));
      if (nowMs - beganMs < seconds * 1_000) requestAnimationFrame(step);
      else resolve();
    });
  });
  document.dispatchEvent(new PointerEvent('pointerup', at(frames)));
  return (frames * 1_000) / (performance.now() - beganMs);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
