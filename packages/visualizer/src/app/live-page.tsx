import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { type Connection, followEvents } from '../live/connection.ts';
import { countUntil } from '../live/history.ts';
import { type Moment, viewOf } from '../live/page-view.ts';
import { soonInBrowser } from '../live/soon.ts';
import { createStore } from '../live/store.ts';
import { momentIn, momentValues } from './address.ts';
import { useAddress } from './use-address.ts';
import { type Page, PageContext } from './page-context.ts';
import { usePlaying } from './playing.ts';
import type { Session } from './session.ts';
import { Shell } from './shell.tsx';

export function LivePage(props: {
  readonly session: Session;
  readonly linkTrouble: string | null;
  readonly onEnd: (why: string | null) => void;
}) {
  const { session, linkTrouble, onEnd } = props;
  const [store] = useState(() =>
    createStore({ nowMs: () => performance.now(), soon: soonInBrowser }),
  );
  const [connection, setConnection] = useState<Connection>('connecting');
  const [moment, setMoment] = useState<Moment>(() => momentIn(globalThis.location.search));
  const state = useSyncExternalStore(store.subscribe, store.get);
  const clockMs = useClock();

  useEffect(() => {
    const over = new AbortController();
    const onConnection = (now: Connection) => {
      if (over.signal.aborted) return;
      if (now === 'denied') onEnd('The session is over');
      else setConnection(now);
    };
    void followEvents({ store, signal: over.signal, onConnection });
    return () => over.abort();
  }, [store, onEnd]);

  useAddress(momentValues(moment));
  usePlaying(state.history, moment, setMoment);
  const past = moment.kind === 'past';
  const count = past ? countUntil(state.history, moment.atMs) : null;
  const { history, peers, tasks } = state;
  const view = useMemo(
    () => viewOf({ history, peers, tasks }, count),
    [history, peers, tasks, count],
  );
  const can = useCallback<Page['can']>((scope) => session.scopes.includes(scope), [session]);
  const nowMs = past ? moment.atMs : clockMs;
  const reading = { store, state, view, nowMs, moment, setMoment };
  const page = { ...reading, connection, session, linkTrouble, can };
  return (
    <PageContext value={page}>
      <Shell onEnd={onEnd} />
    </PageContext>
  );
}

/** The time, every second. */
function useClock(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
