import { type GossipSub, gossipsub, type Message as RawMessage } from '@libp2p/gossipsub';
import { type Identify, identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p, type Libp2p } from 'libp2p';
import { until } from '../until.ts';
import { benchTopic, type GossipPair, probe } from './gossip-pair.ts';

const TOPIC = 'bench';

/** Two bare libp2p nodes; gossipsub as it comes, but for alone-at-first being no error. */
export async function connectRaw(): Promise<GossipPair> {
  const receiver = await createNode();
  const sender = await createNode();
  let probed = false;
  const pair: GossipPair = {
    received: [],
    onReceived: () => {},
    async publish(message) {
      await sender.services.pubsub.publish(TOPIC, benchTopic.codec.encode(message));
    },
    async close() {
      await sender.stop();
      await receiver.stop();
    },
  };
  receiver.services.pubsub.addEventListener('message', ({ detail }: CustomEvent<RawMessage>) => {
    const { content } = benchTopic.codec.decode(detail.data);
    if (content.byteLength === probe.content.byteLength) {
      probed = true;
      return;
    }
    pair.received.push(content);
    pair.onReceived();
  });
  try {
    for (const node of [receiver, sender]) node.services.pubsub.subscribe(TOPIC);
    await sender.dial(receiver.getMultiaddrs());
    await until('gossip goes through bare gossipsub', async () => {
      await pair.publish(probe);
      return probed;
    });
    return pair;
  } catch (error) {
    await pair.close();
    throw error;
  }
}

function createNode(): Promise<Libp2p<{ identify: Identify; pubsub: GossipSub }>> {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      pubsub: gossipsub({ allowPublishToZeroTopicPeers: true }),
    },
  });
}
