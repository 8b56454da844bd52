import { createIdentity, createMesh } from '@bzzz/mesh';
import { MeshName } from '@bzzz/protocol';
import { until } from '../until.ts';
import { benchTopic, type GossipPair, type Message, probe } from './gossip-pair.ts';

/** Two peers as production makes them, with the network key of a mesh that has none of its own. */
export async function connectMeshes(): Promise<GossipPair> {
  const name = MeshName.parse('bench');
  const listen = ['/ip4/127.0.0.1/tcp/0'];
  const receiver = createMesh({ identity: await createIdentity() }, { name, listen });
  await receiver.start();
  const bootstrap = receiver.multiaddrs();
  const sender = createMesh({ identity: await createIdentity() }, { name, listen, bootstrap });
  let probed = false;
  const pair: GossipPair = {
    received: [],
    onReceived: () => {},
    publish: (message) => sender.publish(benchTopic, message),
    envelopes: () => sender.stats().gossip.envelopesSent,
    async close() {
      await sender.stop();
      await receiver.stop();
    },
  };
  sender.subscribe(benchTopic, () => {});
  receiver.subscribe(benchTopic, (_, message: Message) => {
    if (message.content.byteLength === probe.content.byteLength) {
      probed = true;
      return;
    }
    pair.received.push(message.content);
    pair.onReceived();
  });
  try {
    await sender.start();
    await until('gossip goes through the mesh', async () => {
      await sender.publish(benchTopic, probe);
      return probed;
    });
    return pair;
  } catch (error) {
    await pair.close();
    throw error;
  }
}
