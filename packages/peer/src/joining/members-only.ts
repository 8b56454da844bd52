import type { Admission } from '@bzzz/coordination';
import type { MeshService } from '@bzzz/mesh';
import { BzzzError } from '@bzzz/protocol';

/** The running mesh with nobody in it but members; what is not said between peers stays as it is. */
export function membersOnly(
  inner: MeshService,
  { mesh, isMember }: Pick<Admission, 'mesh' | 'isMember'>,
): MeshService {
  return {
    ...inner,
    ...mesh,
    async openStream(peer, protocol, options) {
      if (isMember(peer)) return inner.openStream(peer, protocol, options);
      throw new BzzzError('peer_not_admitted', `${peer} is no member of this mesh`);
    },
    handleStream: (protocol, handler, options = {}) =>
      inner.handleStream(protocol, handler, {
        ...options,
        allow: (peer) => isMember(peer) && (options.allow?.(peer) ?? true),
      }),
  };
}
