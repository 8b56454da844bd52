import { type ReactNode, useMemo } from 'react';
import { Link } from '../app/navigation.tsx';
import { usePage } from '../app/page-context.ts';
import { healthPath, peerPath, taskPath } from '../app/routes.ts';
import { isGone, type PeerView, standingWord } from '../live/page-view.ts';
import { EntryList } from '../timeline/entry-list.tsx';
import { Badge, Empty, Facts, Meter, Panel, Tags } from '../ui/parts.tsx';
import { Spark } from '../ui/spark.tsx';
import { bytesText, countText, groupedText, scarceFrom, shareText } from '../ui/text.ts';
import { agoText, spanText } from '../ui/time.ts';
import { LeftBehind } from './left-behind.tsx';
import { PeerOrders } from './peer-orders.tsx';
import { WhyPeer } from './why-peer.tsx';

/** One peer: what it can do, what it does, and what it wrote. */
export function PeerPage({ peer: id }: { readonly peer: string }) {
  const { view } = usePage();
  const peer = view.peers.find((one) => one.id === id || one.name === id);
  const entries = useMemo(
    () => view.entries.filter((one) => one.peer === peer?.id),
    [view.entries, peer?.id],
  );
  if (peer === undefined) {
    return (
      <Empty title={view.past ? 'This peer was not known then' : 'No such peer is known'}>
        <Link to="/mesh">To the mesh</Link>
      </Empty>
    );
  }
  return (
    <div className="page">
      <header className="page-head">
        <p className="crumb">
          <Link to="/mesh">Mesh</Link> / peer
        </p>
        <h2>
          {peer.name} {peer.self ? <span className="tag">this peer</span> : null}
        </h2>
        <p className="task-facts">
          <Badge state={peer.standing}>{standingWord(peer, view.world)}</Badge>
          {peer.answer?.quarantined === true ? (
            <>
              <Badge state="failed">in quarantine</Badge>
              <Link to={healthPath}>why</Link>
            </>
          ) : null}
          {peer.answer?.account === undefined || peer.answer.account === null ? null : (
            <span>as {peer.answer.account}</span>
          )}
          {peer.answer === null ? null : <span>version {peer.answer.version}</span>}
          <code className="long-id">{peer.id}</code>
        </p>
        <PeerOrders peer={peer} />
      </header>
      <div className="peer-grid">
        <Now peer={peer} />
        <Abilities peer={peer} />
        <Standing peer={peer} />
        <WhyPeer peer={peer.id} />
      </div>
      <Panel title="Journal" aside={journalText(peer, entries.length)} className="task-entries">
        {entries.length === 0 ? (
          <Empty title="No entry of it is here">
            Entries come by replication, as soon as there is a connection.
          </Empty>
        ) : (
          <EntryList label={`Entries of ${peer.name}, oldest first`} entries={entries} follow />
        )}
      </Panel>
    </div>
  );
}

function journalText({ answer }: PeerView, shown: number): string {
  if (answer === null) return countText(shown, 'line');
  const { length, here } = answer.journal;
  return `${groupedText(shown)} shown, ${groupedText(here)} of ${groupedText(length)} held here`;
}

const dutyStates = { works: 'running', helps: 'helping', holds: 'verifying' } as const;

function Now({ peer }: { readonly peer: PeerView }) {
  const { view, nowMs, state } = usePage();
  const title = (task: string) => view.tasks.find((one) => one.task === task)?.title ?? '';
  const { duties, load, slots, running, answer } = peer;
  return (
    <Panel title="Now">
      {isGone(peer.standing) ? (
        <p className="pad">
          <LeftBehind peer={peer} />
        </p>
      ) : duties.length === 0 ? (
        <p className="pad quiet">Nothing is in its hands.</p>
      ) : (
        <ul className="plain-list">
          {duties.map(({ task, duty }) => (
            <li key={task}>
              <Badge state={dutyStates[duty]}>{duty}</Badge> <Link to={taskPath(task)}>{task}</Link>{' '}
              {title(task)}
            </li>
          ))}
        </ul>
      )}
      <Facts
        facts={[
          [
            'slots',
            slots === null ? (
              isGone(peer.standing) ? (
                'none any more'
              ) : (
                'not told'
              )
            ) : (
              <Meter
                label="Slots in use"
                share={running / Math.max(1, slots)}
                text={`${running} of ${slots}`}
              />
            ),
          ],
          [
            'load',
            load === null ? (
              isGone(peer.standing) ? (
                'none any more'
              ) : (
                'not told by journals'
              )
            ) : (
              <Meter
                label="Load"
                share={load}
                text={shareText(load)}
                tone={load > 0.9 ? 'warn' : 'plain'}
              />
            ),
          ],
          ...machineFacts(answer),
          ['load lately', <Spark values={loadsOf(state.loads, peer.id)} label="Load lately" />],
          [
            'heard',
            answer === null || view.past
              ? agoText(nowMs - peer.lastMs)
              : `${spanText(answer.heardAgoMs)} ago`,
          ],
        ]}
      />
    </Panel>
  );
}

/** How its machine is, by its own word. */
function machineFacts(answer: PeerView['answer']): (readonly [string, ReactNode])[] {
  const health = answer?.health;
  if (health === undefined) return [];
  const bar = (name: string, share: number | null, scarce: number) => {
    if (share === null || health.state === 'offline') return [];
    const tone = share >= scarce ? 'warn' : 'plain';
    return [
      [name, <Meter label={name} share={share} text={shareText(share)} tone={tone} />] as const,
    ];
  };
  return [
    ['machine is', health.state],
    ...bar('processor', health.cpu, scarceFrom.cpu),
    ...bar('memory', health.memory, scarceFrom.memory),
    ...bar('disk', health.disk, scarceFrom.disk),
  ];
}

function loadsOf(
  samples: readonly { readonly load: ReadonlyMap<string, number> }[],
  id: string,
): number[] {
  return samples.flatMap(({ load }) => load.get(id) ?? []);
}

function Abilities({ peer: { answer } }: { readonly peer: PeerView }) {
  if (answer === null) {
    return (
      <Panel title="Abilities">
        <Empty title="Its capabilities are not known">It is not a member at present.</Empty>
      </Panel>
    );
  }
  const { machine, successOf } = answer;
  const gpus = machine?.gpus ?? [];
  return (
    <Panel title="Abilities">
      <Facts
        facts={[
          ['executors', <Tags items={answer.executors} />],
          ['tools', <Tags items={answer.tools} />],
          ['sandbox', answer.sandbox],
          ['repositories', <Tags items={answer.repositories} />],
          [
            'looks at',
            <Tags
              items={answer.watches.map(({ repo, role }) =>
                role === 'watcher' ? repo : `${repo} (stands by)`,
              )}
            />,
          ],
          [
            'machine',
            machine === undefined
              ? 'not told'
              : `${countText(machine.cores, 'core')}, ${bytesText(machine.memoryBytes)}${gpus.length === 0 ? '' : `, ${gpus.map(({ name }) => name).join(', ')}`}`,
          ],
          ['success', shareText(answer.success)],
          ...Object.entries(successOf)
            .slice(0, 12)
            .map(([kind, share]) => [`of ${kind}`, shareText(share)] as const),
        ]}
      />
    </Panel>
  );
}

function Standing({ peer }: { readonly peer: PeerView }) {
  const { view } = usePage();
  const others = view.links
    .filter(({ from, to }) => from === peer.id || to === peer.id)
    .map(({ from, to }) => (from === peer.id ? to : from));
  return (
    <Panel title="Connections" aside={countText(others.length, 'peer')}>
      {others.length === 0 ? (
        <p className="pad quiet">It is connected to nobody.</p>
      ) : (
        <ul className="plain-list">
          {others.slice(0, 40).map((other) => (
            <li key={other}>
              <Link to={peerPath(other)}>{view.nameOf(other)}</Link>
            </li>
          ))}
        </ul>
      )}
      {others.length > 40 ? <p className="pad quiet">and {others.length - 40} more</p> : null}
    </Panel>
  );
}
