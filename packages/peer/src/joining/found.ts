import { firstList, signList } from '@bzzz/coordination';
import { createSigner, type Identity } from '@bzzz/mesh';
import { BzzzError, MemberName, type MeshName, type PeerId } from '@bzzz/protocol';
import type { Layout } from '../folder/layout.ts';
import {
  openOperatorKey,
  readMembers,
  readOperator,
  writeMembers,
  writeOperator,
} from './files.ts';

/**
 * Makes this machine the one that admits members: an operator's key, and a list with this peer alone. What is there
 * is kept. Throws `config_invalid` where the machine belongs to the mesh of another operator.
 */
export async function foundMesh(
  layout: Layout,
  { identity, mesh, name }: { identity: Identity; mesh: MeshName; name: string },
): Promise<PeerId> {
  const known = await readOperator(layout);
  const key = await openOperatorKey(layout);
  if (known !== null && known !== key.peer) {
    throw new BzzzError('config_invalid', `this machine joined the mesh of ${known} already`);
  }
  if ((await readMembers(layout)) === null) {
    const founder = { peer: identity.peer, name: MemberName.parse(name), sinceMs: Date.now() };
    const list = firstList({ mesh, operator: key.peer }, founder);
    await writeMembers(layout, await signList(createSigner(key), list));
  }
  // Last: with this in place the mesh has an operator, and needs the rest.
  await writeOperator(layout, key.peer);
  return key.peer;
}
