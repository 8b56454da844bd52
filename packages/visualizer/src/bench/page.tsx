/** The mesh page with a store that a feeder fills, in place of a peer. */
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { type Page, PageContext } from '../app/page-context.ts';
import { viewOf } from '../live/page-view.ts';
import { soonInBrowser } from '../live/soon.ts';
import { createStore, type Store } from '../live/store.ts';
import { MeshPage } from '../mesh/mesh-page.tsx';
import { entryEvents, peersEvent } from './mesh.ts';

export function BenchPage({ onReady }: { readonly onReady: (store: Store) => void }) {
  const [store] = useState(() =>
    createStore({ nowMs: () => performance.now(), soon: soonInBrowser }),
  );
  const state = useSyncExternalStore(store.subscribe, store.get);
  useEffect(() => onReady(store), [store, onReady]);
  const view = useMemo(() => viewOf(state, null), [state]);
  const page: Page = {
    store,
    state,
    view,
    nowMs: Date.now(),
    moment: { kind: 'live' },
    setMoment: () => undefined,
    connection: 'live',
    session: { key: 'bench', scopes: ['view'], csrf: null },
    linkTrouble: null,
    can: () => false,
  };
  return (
    <PageContext value={page}>
      <MeshPage />
    </PageContext>
  );
}

const everyMs = 10;

/** Fills the store: the peers at once, entries at a steady rate from when that is asked for. */
export async function feed(store: Store) {
  store.push(peersEvent());
  const graph = () => document.querySelector<HTMLElement>('.graph:has(canvas)');
  while (graph() === null) await new Promise((resolve) => requestAnimationFrame(resolve));
  return {
    store,
    graphElement: () => graph() ?? document.body,
    begin: (eventsPerSecond: number) => begin(store, eventsPerSecond),
  };
}

export interface Feeding {
  /** Events until the last time that the timer came, and when that was. */
  fed(): Fed;
  stop(): void;
}

interface Fed {
  readonly events: number;
  readonly atMs: number;
}

/** By what the clock says is due, so that a slow page gets no fewer. */
function begin(store: Store, eventsPerSecond: number): Feeding {
  const next = entryEvents();
  const beganMs = performance.now();
  let fed: Fed = { events: 0, atMs: beganMs };
  const timer = setInterval(() => {
    const atMs = performance.now();
    const due = ((atMs - beganMs) * eventsPerSecond) / 1_000;
    let { events } = fed;
    for (; events < due; events += 1) store.push(next());
    fed = { events, atMs };
  }, everyMs);
  return { fed: () => fed, stop: () => clearInterval(timer) };
}
