import { lazy, Suspense, useMemo, useState } from 'react';
import { navigate } from '../app/navigation.tsx';
import { usePage } from '../app/page-context.ts';
import { peerPath } from '../app/routes.ts';
import { Empty, Panel } from '../ui/parts.tsx';
import { useNarrow } from '../ui/narrow.ts';
import { countText } from '../ui/text.ts';
import { flowsOf } from './flows.ts';
import { graphModel } from './graph-model.ts';
import { Happening } from './happening.tsx';
import { Legend } from './legend.tsx';
import { PeerTable } from './peer-table.tsx';
import { Tiles } from './tiles.tsx';

// The picture is the heaviest part; the rest of the page does not wait for it.
const MeshGraph = lazy(() => import('./graph.tsx').catch(() => ({ default: NoGraph })));

/** The peer was gone before the picture's code had come. */
function NoGraph() {
  return <Empty title="The picture did not load">Load the page again when the peer answers.</Empty>;
}

const flowMs = 4_000;

export function MeshPage() {
  const { view, nowMs, state } = usePage();
  const [marked, setMarked] = useState<string | null>(null);
  const narrow = useNarrow();
  const { peers, links, entries } = view;
  const flows = flowsOf(entries, nowMs, flowMs);
  const flowKey = flows.map(({ from, to, kind }) => `${from} ${to} ${kind}`).join();
  const model = useMemo(
    () => graphModel(peers, links, flows, narrow),
    // The flows by what they are: a new list of the same is no news.
    [peers, links, flowKey, narrow],
  );
  return (
    <div className="page mesh">
      <h2 className="hidden">Mesh</h2>
      <Tiles />
      <div className="mesh-grid">
        <Panel
          title="Topology"
          className="graph-panel"
          aside={countText(links.length, 'connection')}
        >
          {peers.length === 0 ? (
            <Empty title={state.peers === null ? 'Asking the peer …' : 'No peer is known'} />
          ) : (
            <Suspense fallback={<div className="graph" />}>
              <MeshGraph
                model={model}
                marked={marked}
                onMark={setMarked}
                onOpen={(peer) => navigate(peerPath(peer))}
              />
            </Suspense>
          )}
          <Legend />
        </Panel>
        <PeerTable marked={marked} onMark={setMarked} />
      </div>
      <Happening />
    </div>
  );
}
