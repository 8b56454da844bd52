import type { Identity } from './identity.ts';
import type { MeshService } from './interface.ts';
import { createMeshOver } from './mesh.ts';
import { nodeTransports } from './node-transports.ts';
import type { MeshOptions } from './options.ts';

/**
 * A mesh over TCP, with mDNS where asked for; not started. Handlers and subscriptions may be
 * added before and after `start`, and stay over a restart. Throws `config_invalid`.
 */
export function createMesh(
  parts: { readonly identity: Identity },
  options: MeshOptions,
): MeshService {
  const transports = nodeTransports({ name: options.name, mdns: options.mdns ?? false });
  return createMeshOver({ identity: parts.identity, transports }, options);
}
