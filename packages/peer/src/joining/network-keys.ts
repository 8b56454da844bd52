import type { NetworkKeys } from '@bzzz/coordination';
import { BzzzError, type Config } from '@bzzz/protocol';
import { openMeshKey } from '../folder/keys.ts';
import type { Layout } from '../folder/layout.ts';
import { readChangedKeys, writeChangedKeys } from './files.ts';

export interface KeyRing extends NetworkKeys {
  /** The key in force, and the one before it. */
  all(): readonly string[];
}

/**
 * The network key of this peer, as the configuration names it or as it was changed since. Throws `config_invalid`,
 * `peer_key_unsafe`, `peer_key_invalid`, `peer_folder_unusable`.
 */
export async function openKeyRing(
  mesh: Pick<Config['mesh'], 'key' | 'keyFile'>,
  layout: Layout,
): Promise<KeyRing> {
  const isConfigured = mesh.key !== undefined || mesh.keyFile !== undefined;
  const first = await openMeshKey(mesh, layout);
  let changed = isConfigured ? null : await readChangedKeys(layout);
  return {
    serial: () => changed?.serial ?? 1,
    current: () => changed?.current ?? first,
    all: () => (changed === null ? [first] : [changed.current, changed.former]),
    async take(serial, current) {
      if (isConfigured) {
        const reason =
          'the network key was changed, and that of this peer is in its configuration: change it there';
        throw new BzzzError('config_invalid', reason);
      }
      const next = { serial, current, former: changed?.current ?? first };
      await writeChangedKeys(layout, next);
      changed = next;
    },
  };
}
