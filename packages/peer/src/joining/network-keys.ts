import type { NetworkKeys } from '@bzzz/coordination';
import { BzzzError, type Config } from '@bzzz/protocol';
import { openMeshKey } from '../folder/keys.ts';
import type { Layout } from '../folder/layout.ts';
import { readChangedKeys, writeChangedKeys } from './files.ts';

export interface KeyRing extends NetworkKeys {
  /** The key in force, and those before it, the latest first. */
  all(): readonly string[];
}

/** So many changes somebody may have missed. */
const formerMax = 8;

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
    all: () => (changed === null ? [first] : [changed.current, ...changed.former]),
    async take(serial, current) {
      if (isConfigured) {
        const reason =
          'the network key of this peer is in its configuration: it is changed there, on every machine';
        throw new BzzzError('config_invalid', reason);
      }
      const before = changed === null ? [first] : [changed.current, ...changed.former];
      const former = before.filter((key) => key !== current).slice(0, formerMax);
      const next = { serial, current, former };
      await writeChangedKeys(layout, next);
      changed = next;
    },
  };
}
