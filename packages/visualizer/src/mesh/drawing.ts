/** Sigma, told how the mesh looks. */
import type Graph from 'graphology';
import { Sigma } from 'sigma';
import { layerFill, layerPlain, pathLine, sdfCircle } from 'sigma/rendering';
import { coloursOf } from './colours.ts';
import { layerGauge } from './gauge.ts';
import { circleMax } from './layout.ts';

export interface Drawing {
  /** Shows a peer and its connections before all others. */
  mark(peer: string | null): void;
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
          labelSize: 13,
          labelFont: 'system-ui, sans-serif',
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
      stagePadding: element.clientWidth < 500 ? 16 : 40,
      // Dear where there are many; then few of them have room anyway.
      autoRescaleContent: graph.order <= circleMax ? 'labels' : 'nodes',
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
  let marked: string | null = null;
  return {
    mark(peer) {
      if (marked !== null && graph.hasNode(marked))
        sigma.setNodeState(marked, { isHighlighted: false });
      marked = peer;
      if (peer !== null && graph.hasNode(peer)) sigma.setNodeState(peer, { isHighlighted: true });
    },
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
