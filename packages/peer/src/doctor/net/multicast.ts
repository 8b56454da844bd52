/**
 * Whether mDNS can work here, as far as this machine can tell: a packet to its group goes out and comes back. Whether
 * the network carries it to others only they can tell.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Config } from '@bzzz/protocol';
import { reasonOf } from '@bzzz/protocol';
import type { Check } from '@bzzz/protocol/api';
import { bad, good } from '../checks.ts';

const group = '224.0.0.251';
const echoMsMax = 1_000;

export async function checkMulticast({ mdns, listen }: Config['mesh']): Promise<Check> {
  const name = 'multicast';
  if (!mdns) return good(name, 'not used (mesh.mdns is off)');
  if (listen.every((address) => /^\/(?:ip4\/127\.|ip6\/::1\/)/.test(address))) {
    const advice =
      'Listen on an address of the network too (`mesh.listen`), or turn `mesh.mdns` off.';
    return bad(name, 'this peer listens on loopback only, where mDNS finds nobody', advice);
  }
  try {
    if (await echoes()) {
      return good(name, 'packets to the group of mDNS go out and come back on this machine');
    }
    const advice = 'Let UDP port 5353 to 224.0.0.251 in and out.';
    return bad(
      name,
      'packets to the group of mDNS do not come back: a firewall drops them',
      advice,
    );
  } catch (error) {
    const advice =
      'mDNS needs a route for 224.0.0.0/4: `ip route add 224.0.0.0/4 dev <interface>`, or a default route; or name peers in `mesh.bootstrap`.';
    return bad(name, `packets to the group of mDNS cannot be sent (${reasonOf(error)})`, advice);
  }
}

async function echoes(): Promise<boolean> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  try {
    socket.bind(0);
    await once(socket, 'listening');
    socket.addMembership(group);
    // Not even the next router hears it.
    socket.setMulticastTTL(0);
    socket.setMulticastLoopback(true);
    const heard = once(socket, 'message', { signal: AbortSignal.timeout(echoMsMax) });
    const sent = Promise.withResolvers<void>();
    socket.send('bzzz doctor', socket.address().port, group, (error) =>
      error === null ? sent.resolve() : sent.reject(error),
    );
    return await Promise.all([heard, sent.promise]).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && error.name === 'AbortError') return false;
        throw error;
      },
    );
  } finally {
    socket.close();
  }
}
