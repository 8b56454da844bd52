/** The mesh as this peer sees it. */
import { lifeOf } from '@bzzz/protocol/api';
import { counter, countBy, type Facts, flag, gauge, type Metric } from './metric.ts';

const others = ({ peers }: Facts) => peers.filter(({ self }) => !self);
const gossip = ({ figures }: Facts) => figures.mesh.gossip;
const requests = ({ figures }: Facts) => figures.mesh.requests;

/** As coordination has it, of those that this process has heard: who may bury others sees more than half. */
function seesMajority({ peers }: Facts): boolean {
  const living = peers.filter(({ liveness }) => liveness !== 'dead');
  return living.filter(({ liveness }) => liveness === 'alive').length * 2 > living.length;
}

export const meshMetrics: readonly Metric[] = [
  gauge(
    'bzzz_mesh_peers',
    'Peers by what is held of them, itself among them',
    ({ peers }) => countBy(['alive', 'suspected', 'dead', 'stopped'], peers, lifeOf),
    'liveness',
  ),
  gauge('bzzz_mesh_peers_known', 'Other peers that are known', (facts) => others(facts).length),
  gauge(
    'bzzz_mesh_peers_connected',
    'Other peers with a connection',
    (facts) => others(facts).filter(({ connected }) => connected).length,
  ),
  gauge(
    'bzzz_mesh_peers_quarantined',
    'Peers that are set aside, since their journals tell two stories',
    ({ quarantined }) => quarantined,
  ),
  gauge(
    'bzzz_mesh_majority',
    '1: it sees more than half of the peers that it has heard and that are not dead',
    (facts) => flag(seesMajority(facts)),
  ),
  gauge(
    'bzzz_mesh_admitted',
    '0: the operator of the mesh has not admitted this peer, so it does nothing',
    ({ status }) => flag(!status.problems.some(({ code }) => code === 'peer_not_admitted')),
  ),
  counter(
    'bzzz_mesh_members_lost_total',
    'Times that it suspected a peer or held it for dead',
    ({ figures: { entries } }) => ({
      suspected: 0,
      dead: 0,
      ...Object.fromEntries(entries.members),
    }),
    'liveness',
  ),
  gauge(
    'bzzz_mesh_connections',
    'Connections to other peers',
    ({ figures }) => figures.mesh.connections,
  ),
  counter(
    'bzzz_mesh_gossip_heard_total',
    'Gossiped messages of others that came',
    (facts) => gossip(facts).messagesDelivered,
  ),
  counter('bzzz_mesh_gossip_sent_total', 'Gossiped messages of its own', (facts) => {
    return gossip(facts).messagesSent;
  }),
  gauge(
    'bzzz_mesh_gossip_lost_messages',
    'Gossiped messages of others that never came; falls when one comes after all',
    (facts) => gossip(facts).lost,
  ),
  counter(
    'bzzz_mesh_gossip_unsent_total',
    'Messages of its own that were not sent',
    (facts) => {
      const { backlog, notSent } = gossip(facts).dropped;
      return { backlog, not_sent: notSent };
    },
    'reason',
  ),
  counter(
    'bzzz_mesh_gossip_bad_total',
    'What came and was no envelope or no message',
    (facts) => {
      const { badEnvelope, badMessage } = gossip(facts).dropped;
      return { envelope: badEnvelope, message: badMessage };
    },
    'what',
  ),
  counter('bzzz_mesh_requests_total', 'Requests to other peers', (facts) => requests(facts).sent),
  counter(
    'bzzz_mesh_requests_answered_total',
    'Requests of other peers that were answered',
    (facts) => requests(facts).answered,
  ),
  counter(
    'bzzz_mesh_requests_refused_total',
    'Requests of other peers that were not',
    (facts) => {
      const { rate, inFlight, malformed, failed } = requests(facts).refused;
      return { rate, in_flight: inFlight, malformed, failed };
    },
    'reason',
  ),
];
