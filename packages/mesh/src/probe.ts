/**
 * Looks at one address from outside, as somebody nobody knows: whether a peer of this mesh answers there, and
 * what it speaks. For whoever wants to know why two machines do not connect.
 */
import { BzzzError, type MeshName, reasonOf } from '@bzzz/protocol';
import { identify } from '@libp2p/identify';
import type { IdentifyResult } from '@libp2p/interface';
import { noise } from '@libp2p/noise';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { muxerLimits, socketLimits } from './connection-limits.ts';
import { createIdentity } from './identity.ts';
import type { Trouble } from './interface.ts';
import { networkKey, protector } from './network-key.ts';

export interface Probed {
  /** Id of the peer that answers. */
  readonly peer: string;
  /** Names of all protocols that it speaks. */
  readonly protocols: readonly string[];
}

const probeMs = 8_000;

/**
 * `keys`: network keys, the one in force first; undefined: the mesh has none. Throws `mesh_wrong_key`,
 * `mesh_unreachable` with the reason, `config_invalid` for an address that is none.
 */
export async function probe(
  address: string,
  { name, keys }: { readonly name: MeshName; readonly keys: readonly (string | undefined)[] },
): Promise<Probed> {
  const to = addressed(address);
  let trouble: Trouble | undefined;
  const found = Promise.withResolvers<IdentifyResult>();
  const { privateKey } = await createIdentity();
  const node = await createLibp2p({
    start: false,
    privateKey,
    nodeInfo: { userAgent: 'bzzz probe' },
    addresses: { listen: [] },
    transports: [tcp(socketLimits)],
    connectionProtector: protector(
      () => Promise.all(keys.map((key) => networkKey(name, key))),
      (one) => {
        trouble = one;
      },
    ),
    connectionEncrypters: [noise()],
    streamMuxers: [yamux(muxerLimits)],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionMonitor: { enabled: false },
    services: { identify: identify() },
  });
  node.addEventListener('peer:identify', ({ detail }) => found.resolve(detail));
  const signal = AbortSignal.timeout(probeMs);
  try {
    await node.start();
    await dialWithEach(keys.length, () => node.dial(to, { signal }));
    const { peerId, protocols } = await Promise.race([found.promise, failing(signal)]);
    return { peer: peerId.toString(), protocols };
  } catch (error) {
    if (trouble !== undefined) throw new BzzzError('mesh_wrong_key', trouble.reason);
    throw new BzzzError('mesh_unreachable', `${address}: ${reasonOf(error)}`, { cause: error });
  } finally {
    await node.stop();
  }
}

function addressed(address: string) {
  try {
    return multiaddr(address);
  } catch (error) {
    throw new BzzzError('config_invalid', `${address}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Each dial goes by the next key. */
async function dialWithEach(count: number, dial: () => Promise<unknown>): Promise<void> {
  for (let turn = 1; ; turn += 1) {
    try {
      await dial();
      return;
    } catch (error) {
      if (turn >= count) throw error;
    }
  }
}

function failing(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
