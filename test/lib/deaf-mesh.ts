import type { Mesh } from '@bzzz/coordination';
import { BzzzError, type PeerId } from '@bzzz/protocol';

/** Nobody is there: who has it believes to be alone, and stands down for nobody. */
export function deafMesh(peer: PeerId): Mesh {
  return {
    peer,
    connected: () => [],
    onConnection: () => () => undefined,
    disconnect: () => undefined,
    publish: () => Promise.resolve(),
    subscribe: () => () => undefined,
    request: () => Promise.reject(new BzzzError('mesh_unreachable', 'nobody is there')),
    handle: () => () => undefined,
    send: () => false,
    receive: () => () => undefined,
  };
}
