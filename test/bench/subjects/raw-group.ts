import type { Message as RawMessage } from '@libp2p/gossipsub';
import { until } from '../until.ts';
import { bareTopic, type BareNode, createBareNode } from './bare-node.ts';
import { benchTopic, createInbox, type Group, probed } from './group.ts';

/** Bare libp2p nodes, each connected with each. */
export async function gossipRaw(receivers: number): Promise<Group> {
  const inbox = createInbox(receivers);
  const all: BareNode[] = [];
  const close = async (): Promise<void> => {
    for (const node of all.toReversed()) await node.stop();
  };
  try {
    const sender = await createBareNode();
    all.push(sender);
    for (let index = 0; index < receivers; index += 1) {
      const node = await createBareNode();
      node.services.pubsub.addEventListener('message', ({ detail }: CustomEvent<RawMessage>) =>
        inbox.put(index, benchTopic.codec.decode(detail.data).content),
      );
      for (const other of all) await node.dial(other.getMultiaddrs());
      all.push(node);
    }
    for (const node of all) node.services.pubsub.subscribe(bareTopic);
    await until('every node is connected with every other', async () =>
      all.every((node) => node.getPeers().length === receivers),
    );
    return await probed('bare gossipsub', {
      inbox,
      async send(message) {
        await sender.services.pubsub.publish(bareTopic, benchTopic.codec.encode(message));
      },
      close,
    });
  } catch (error) {
    await close();
    throw error;
  }
}
