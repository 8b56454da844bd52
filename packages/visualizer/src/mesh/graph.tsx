/** The mesh as a picture. Whoever does not see it has the same in the table beside it. */
import { UndirectedGraph } from 'graphology';
import { useEffect, useRef, useState } from 'react';
import { useTheme } from '../app/theme.ts';
import { countText } from '../ui/text.ts';
import type { GraphModel } from './graph-model.ts';
import { settle } from './settle.ts';
import { createDrawing, type Drawing } from './drawing.ts';
import { syncGraph } from './sync.ts';

export default function MeshGraph(props: {
  readonly model: GraphModel;
  /** A peer that is pointed at elsewhere on the page. */
  readonly marked: string | null;
  readonly onMark: (peer: string | null) => void;
  readonly onOpen: (peer: string) => void;
}) {
  const { model, marked, onMark, onOpen } = props;
  const box = useRef<HTMLDivElement>(null);
  const [graph] = useState(() => new UndirectedGraph());
  const drawing = useRef<Drawing | null>(null);
  const synced = useRef<GraphModel | null>(null);
  const unsettle = useRef<(() => void) | null>(null);
  const [theme] = useTheme();
  const handlers = useRef({ onMark, onOpen });
  handlers.current = { onMark, onOpen };

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const made = createDrawing(graph, element, {
      onMark: (peer) => handlers.current.onMark(peer),
      onOpen: (peer) => handlers.current.onOpen(peer),
    });
    drawing.current = made;
    return () => {
      drawing.current = null;
      made.close();
    };
    // The colours are read when it is made.
  }, [graph, theme]);

  useEffect(() => {
    const { moved, nodes, edges } = syncGraph(graph, model, synced.current);
    synced.current = model;
    drawing.current?.frame(model.nodes.map(({ longest }) => longest));
    drawing.current?.repaint(nodes, edges);
    if (!moved) return;
    // What merely looks otherwise meanwhile does not keep peers from finding their places.
    unsettle.current?.();
    unsettle.current = settle(graph);
  }, [graph, model, theme]);
  useEffect(() => () => unsettle.current?.(), []);
  useEffect(() => drawing.current?.mark(marked), [marked, theme]);

  const text = `${countText(model.nodes.length, 'peer')} with ${countText(model.edges.length, 'connection')}`;
  return <div ref={box} className="graph" role="img" aria-label={`Picture of the mesh: ${text}`} />;
}
