import { createIdentity, createMesh, createSigner, type MeshService } from '@bzzz/mesh';
import { MeshName } from '@bzzz/protocol';
import { until } from '../until.ts';
import {
  benchChannel,
  benchTopic,
  createInbox,
  type Group,
  type Message,
  probed,
} from './group.ts';

export interface Meshes {
  readonly all: readonly MeshService[];
  /** Of each, in the same order. */
  readonly signers: readonly ReturnType<typeof createSigner>[];
  close(): Promise<void>;
}

/**
 * Peers as production makes them, each connected with each, with the network key of a mesh that has none
 * of its own. `before` is told of each before it starts.
 */
export async function startMeshes(
  count: number,
  before: (mesh: MeshService, index: number) => void,
  options: { readonly outboxMessagesMax?: number } = {},
): Promise<Meshes> {
  const name = MeshName.parse('bench');
  const listen = ['/ip4/127.0.0.1/tcp/0'];
  const all: MeshService[] = [];
  const signers: ReturnType<typeof createSigner>[] = [];
  const close = async (): Promise<void> => {
    for (const mesh of all.toReversed()) await mesh.stop();
  };
  try {
    for (let index = 0; index < count; index += 1) {
      const bootstrap = all.flatMap((mesh) => mesh.multiaddrs());
      const identity = await createIdentity();
      signers.push(createSigner(identity));
      const mesh = createMesh(
        { identity },
        { ...options, name, listen, bootstrap, redialMsMax: 500 },
      );
      all.push(mesh);
      before(mesh, index);
      await mesh.start();
      // One after the other: a busy machine misses dials where all dial all at once.
      await until('every peer is connected with every other', async () =>
        all.every((one) => one.connected().length === index),
      );
    }
    return { all, signers, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** By gossip: signed, and handed on by those who get it. */
export async function gossipMeshes(receivers: number): Promise<Group> {
  const inbox = createInbox(receivers);
  const { all, close } = await startMeshes(receivers + 1, (mesh, index) => {
    mesh.subscribe(benchTopic, (_, message: Message) => {
      if (index < receivers) inbox.put(index, message.content);
    });
  });
  const sender = last(all);
  return probed('the gossip of meshes', {
    inbox,
    send: (message) => sender.publish(benchTopic, message),
    signatures: () => sender.stats().gossip.envelopesSent,
    close,
  });
}

/** By a channel to each. */
export async function channelMeshes(receivers: number): Promise<Group> {
  const inbox = createInbox(receivers);
  const { all, close } = await startMeshes(receivers + 1, (mesh, index) => {
    mesh.receive(benchChannel, (_, message: Message) => inbox.put(index, message.content));
  });
  const sender = last(all);
  const peers = all.slice(0, receivers).map(({ peer }) => peer);
  return probed('channels of meshes', {
    inbox,
    send(message) {
      for (const peer of peers) {
        if (!sender.send(benchChannel, peer, message)) throw new Error('a message was not taken');
      }
    },
    close,
  });
}

function last<T>(all: readonly T[]): T {
  const one = all.at(-1);
  if (one === undefined) throw new Error('there is none');
  return one;
}
