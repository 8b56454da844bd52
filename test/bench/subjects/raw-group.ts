import { type GossipSub, gossipsub, type Message as RawMessage } from '@libp2p/gossipsub';
import { type Identify, identify } from '@libp2p/identify';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p, type Libp2p } from 'libp2p';
import { until } from '../until.ts';
import { benchTopic, createInbox, type Group, probed } from './group.ts';

const TOPIC = 'bench';

type RawNode = Libp2p<{ identify: Identify; pubsub: GossipSub }>;

/** Bare libp2p nodes, each connected with each; gossipsub as it comes, but for alone-at-first being no error. */
export async function gossipRaw(receivers: number): Promise<Group> {
  const inbox = createInbox(receivers);
  const all: RawNode[] = [];
  const close = async (): Promise<void> => {
    for (const node of all.toReversed()) await node.stop();
  };
  try {
    const sender = await createNode();
    all.push(sender);
    for (let index = 0; index < receivers; index += 1) {
      const node = await createNode();
      node.services.pubsub.addEventListener('message', ({ detail }: CustomEvent<RawMessage>) =>
        inbox.put(index, benchTopic.codec.decode(detail.data).content),
      );
      for (const other of all) await node.dial(other.getMultiaddrs());
      all.push(node);
    }
    for (const node of all) node.services.pubsub.subscribe(TOPIC);
    await until('every node is connected with every other', async () =>
      all.every((node) => node.getPeers().length === receivers),
    );
    return await probed('bare gossipsub', {
      inbox,
      async send(message) {
        await sender.services.pubsub.publish(TOPIC, benchTopic.codec.encode(message));
      },
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
}

function createNode(): Promise<RawNode> {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // All of this machine: by default more than five connections a second of one address are refused.
    connectionManager: { inboundConnectionThreshold: 64 },
    services: {
      identify: identify(),
      pubsub: gossipsub({ allowPublishToZeroTopicPeers: true }),
    },
  });
}
