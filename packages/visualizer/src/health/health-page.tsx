import { usePage } from '../app/page-context.ts';
import { Empty, Facts, Meter, Panel } from '../ui/parts.tsx';
import { countText, groupedText, shareText } from '../ui/text.ts';
import { spanText } from '../ui/time.ts';
import { Doctor } from './doctor.tsx';
import { Alerts, Healings } from './alerts.tsx';
import { Machine } from './machine.tsx';
import { Machines } from './machines.tsx';
import { PastHealth } from './past-health.tsx';
import { Problems } from './problems.tsx';
import { Quarantine } from './quarantine.tsx';
import { Troubles } from './troubles.tsx';
import { Watching } from './watching.tsx';

export function HealthPage() {
  return usePage().view.past ? <PastHealth /> : <LiveHealth />;
}

/** How this peer and its mesh are doing, as far as the peer itself tells. */
function LiveHealth() {
  const { state } = usePage();
  const { status } = state;
  if (status === null) return <Empty title="Asking the peer …" />;
  const { work, mesh, forge, journal, peer } = status;
  const gossip = mesh.gossip.heard + mesh.gossip.lost;
  const lostShare = gossip === 0 ? 0 : mesh.gossip.lost / gossip;
  const left = forge.rateLimit;
  return (
    <div className="page">
      <header className="page-head">
        <h2>Health</h2>
        <p className="quiet">
          of {peer.name}, up {spanText(peer.upMs)}
        </p>
      </header>
      <Problems />
      <Quarantine />
      <Machine />
      <Alerts />
      <div className="peer-grid">
        <Panel title="Work">
          <Facts
            facts={[
              [
                'slots',
                <Meter
                  label="Slots in use"
                  share={work.running / Math.max(1, work.slots)}
                  text={`${work.running} of ${work.slots}`}
                />,
              ],
              ['set by', work.because === '' ? 'not told' : work.because],
              [
                'load',
                <Meter
                  label="Load"
                  share={work.load}
                  text={shareText(work.load)}
                  tone={work.load > 0.9 ? 'warn' : 'plain'}
                />,
              ],
              ['success', shareText(work.success)],
              ['sandbox', work.sandbox],
              ...work.workers
                .slice(0, 12)
                .map(
                  (worker) =>
                    [
                      worker.kind,
                      worker.unready ??
                        `${worker.running} running, ${worker.deaths} died since the start`,
                    ] as const,
                ),
            ]}
          />
        </Panel>
        <Panel title="Mesh">
          <Facts
            facts={[
              [
                'connected',
                <Meter
                  label="Connected"
                  share={mesh.connected / Math.max(1, mesh.known)}
                  text={`${mesh.connected} of ${mesh.known}`}
                />,
              ],
              [
                'gossip lost',
                <Meter
                  label="Gossip lost"
                  share={lostShare}
                  text={`${groupedText(mesh.gossip.lost)} of ${groupedText(gossip)}`}
                  tone={lostShare > 0.05 ? 'warn' : 'plain'}
                />,
              ],
              ['own not sent', groupedText(mesh.gossip.notSent)],
              [
                'journal',
                journal.length === 1 ? '1 entry' : `${groupedText(journal.length)} entries`,
              ],
              ['replicas', `${countText(journal.replicas, 'journal')} of others`],
              [
                'addresses',
                <span className="long-id">{mesh.addresses.slice(0, 4).join(' ')}</span>,
              ],
            ]}
          />
        </Panel>
        <Panel title="Forge">
          <Facts
            facts={[
              ['at', <span className="long-id">{forge.apiUrl}</span>],
              [
                'rate limit',
                left === null ? (
                  'not told yet'
                ) : (
                  <Meter
                    label="Requests left"
                    share={left.remaining / Math.max(1, left.limit)}
                    text={`${groupedText(left.remaining)} of ${groupedText(left.limit)} left`}
                    tone={left.remaining < left.limit * 0.1 ? 'bad' : 'plain'}
                  />
                ),
              ],
              ['reads', `${groupedText(forge.reads)}, ${groupedText(forge.notModified)} free`],
              ['writes', groupedText(forge.writes)],
              ['pushes', groupedText(forge.pushes)],
            ]}
          />
        </Panel>
        <Watching />
      </div>
      <Machines />
      <div className="halves">
        <Healings />
        <Troubles />
      </div>
      <Doctor />
    </div>
  );
}
