/** Whether anything answers at an address, and what it means when nothing does. */
import { connect } from 'node:net';
import type { TcpAddress } from '../tcp-address.ts';

export interface Unreached {
  readonly reason: string;
  readonly advice: string;
}

const dialMsMax = 3_000;

/** Null: something accepts connections there. */
export function whyNotReached({ host, port }: TcpAddress): Promise<Unreached | null> {
  const { promise, resolve } = Promise.withResolvers<Unreached | null>();
  const socket = connect({ host, port });
  socket.setTimeout(dialMsMax, () => resolve(silent(port)));
  socket.once('connect', () => resolve(null));
  socket.once('error', (error: NodeJS.ErrnoException) => resolve(explained(error, host, port)));
  return promise.finally(() => socket.destroy());
}

function silent(port: number): Unreached {
  const reason = `no answer in ${dialMsMax / 1000} s: a firewall drops it, or no machine has that address`;
  return {
    reason,
    advice: `Let TCP port ${port} in on the machine there, and look at the address.`,
  };
}

function explained(
  { code = 'UNKNOWN', message }: NodeJS.ErrnoException,
  host: string,
  port: number,
): Unreached {
  switch (code) {
    case 'ECONNREFUSED':
      return {
        reason: 'the machine answers, and nothing listens on that port',
        advice: `Start the peer there, and compare its \`mesh.listen\` with port ${port}.`,
      };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return {
        reason: `there is no way to it (${code})`,
        advice:
          'Look at routes and interfaces (`ip route get`, a VPN that is down), and at the address.',
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        reason: `nobody knows the name ${host} (${code})`,
        advice: 'Give the address as `/ip4/...`, or mend DNS or /etc/hosts.',
      };
    default:
      return { reason: message, advice: 'Look at the network between the two machines.' };
  }
}
