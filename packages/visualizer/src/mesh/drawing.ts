/** Sigma, told how the mesh looks. */
import type Graph from 'graphology';
import { Sigma } from 'sigma';
import { layerFill, layerPlain, pathLine, sdfCircle } from 'sigma/rendering';
import { coloursOf } from './colours.ts';
import { layerGauge } from './gauge.ts';
import { circleMax, frameOf } from './layout.ts';

export interface Drawing {
  /** Shows a peer and its connections before all others. */
  mark(peer: string | null): void;
  /** Makes room for those that are there, with labels as long as these. */
  frame(labels: readonly string[]): void;
  /** Shows attributes that changed without a word of the graph, and have nobody stand elsewhere. */
  repaint(nodes: readonly string[], edges: readonly string[]): void;
  close(): void;
}

export interface DrawingHandlers {
  readonly onMark: (peer: string | null) => void;
  readonly onOpen: (peer: string) => void;
}

export function createDrawing(
  graph: Graph,
  element: HTMLElement,
  { onMark, onOpen }: DrawingHandlers,
): Drawing {
  const colours = coloursOf(element);
  const sigma = new Sigma(graph, element, {
    primitives: {
      nodes: {
        shapes: [sdfCircle()],
        variables: { load: { type: 'number', default: 0 } },
        layers: [layerFill(), layerGauge(colours.panel)],
      },
      // A path that is not used costs as much as one that is.
      edges: { paths: [pathLine()], layers: [layerPlain()] },
    },
    styles: {
      nodes: [
        {
          x: { attribute: 'x' },
          y: { attribute: 'y' },
          size: { attribute: 'size' },
          load: { attribute: 'load' },
          label: { attribute: 'label' },
          color: { attribute: 'standing', dict: { ...colours }, defaultValue: colours.unknown },
          labelColor: colours.text,
          labelSize: labelPx,
          labelFont,
          labelPosition: 'below',
          // Otherwise one in each part of the picture: on a phone, where parts are large, peers had no names.
          labelVisibility: () => (graph.order <= circleMax ? 'visible' : 'auto'),
          cursor: 'pointer',
        },
      ],
      edges: [
        {
          size: (attributes) => (attributes['flow'] === null ? 1 : 2.5),
          color: (attributes) => (attributes['flow'] === null ? colours.edge : colours.flow),
        },
      ],
    },
    settings: {
      itemSizesReference: 'screen',
      labelRenderedSizeThreshold: 6,
      stagePadding: edgePxOf(element),
      // Of few `frame` sees to their labels; of many few have room anyway.
      autoRescaleContent: 'nodes',
      enableCameraRotation: false,
      minEdgeThickness: 1,
      minCameraRatio: 0.05,
      maxCameraRatio: 2,
      allowInvalidContainer: true,
    },
  });
  sigma.on('clickNode', ({ node }) => onOpen(node));
  sigma.on('enterNode', ({ node }) => onMark(node));
  sigma.on('leaveNode', () => onMark(null));
  const index = watchIndex(graph, sigma);
  const framing = frameFew(graph, sigma, element);
  let marked: string | null = null;
  return {
    mark(peer) {
      if (marked !== null && graph.hasNode(marked))
        sigma.setNodeState(marked, { isHighlighted: false });
      marked = peer;
      if (peer !== null && graph.hasNode(peer)) sigma.setNodeState(peer, { isHighlighted: true });
    },
    frame: framing.set,
    repaint(nodes, edges) {
      if (nodes.length + edges.length === 0) return;
      const partialGraph = { nodes: [...nodes], edges: [...edges] };
      sigma.refresh({ partialGraph, skipIndexation: index.isWhole(), schedule: true });
    },
    close() {
      index.close();
      sigma.kill();
    },
  };
}

const labelPx = 13;
const labelFont = 'system-ui, sans-serif';
/** What sigma leaves between a disc and its label. */
const labelGapPx = 5;

function edgePxOf(element: HTMLElement): number {
  return element.clientWidth < 500 ? 16 : 40;
}

/** Few peers have their place in the box by its size and by how long their labels become, and keep it. */
function frameFew(graph: Graph, sigma: Sigma, element: HTMLElement) {
  let labelWidthPx = 0;
  const framed = (edgePx: number) => {
    const { width: widthPx, height: heightPx } = sigma.getDimensions();
    const places = graph.mapNodes((_, { x, y }) => ({ x: Number(x), y: Number(y) }));
    const discPx = Math.max(...graph.mapNodes((_, { size }) => Number(size)));
    const belowPx = discPx + labelGapPx + labelPx;
    const besidePx = Math.max(discPx, labelWidthPx / 2);
    return frameOf(places, { widthPx, heightPx, edgePx, besidePx, abovePx: discPx, belowPx });
  };
  const fit = () => {
    const few = graph.order > 0 && graph.order <= circleMax;
    const edgePx = edgePxOf(element);
    // Within the frame there is room to its edges already.
    const padding = few ? 0 : edgePx;
    if (sigma.getSetting('stagePadding') !== padding) sigma.setSetting('stagePadding', padding);
    const frame = few ? framed(edgePx) : null;
    if (JSON.stringify(frame) === JSON.stringify(sigma.getCustomBBox())) return;
    // Sigma keeps extents that it may change; ours is new each time.
    sigma.setCustomBBox(frame === null ? null : { x: [...frame.x], y: [...frame.y] });
    sigma.refresh({ schedule: true });
  };
  sigma.on('resize', fit);
  return {
    set(labels: readonly string[]) {
      labelWidthPx = graph.order <= circleMax ? widestPx(labels) : 0;
      fit();
    },
  };
}

function widestPx(texts: readonly string[]): number {
  const pen = document.createElement('canvas').getContext('2d');
  if (pen === null) return 0;
  pen.font = `${labelPx}px ${labelFont}`;
  return Math.max(0, ...texts.map((text) => pen.measureText(text).width));
}

const structural = [
  'nodeAdded',
  'nodeDropped',
  'edgeAdded',
  'edgeDropped',
  'nodeAttributesUpdated',
  'eachNodeAttributesUpdated',
] as const;

/** Whether sigma has drawn all that came and moved: only then it finds each where it was. */
function watchIndex(graph: Graph, sigma: Sigma) {
  let whole = false;
  const spoil = () => {
    whole = false;
  };
  for (const event of structural) graph.on(event, spoil);
  sigma.on('afterRender', () => {
    whole = true;
  });
  return {
    isWhole: () => whole,
    close() {
      for (const event of structural) graph.removeListener(event, spoil);
    },
  };
}
