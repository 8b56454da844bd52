/** A mesh with an operator, in memory. */
import { Member, MeshName, type PeerId, type SignedMemberList } from '@bzzz/protocol';
import { startAdmission } from '../../src/joining/admission.ts';
import { firstList, signList, withMember } from '../../src/joining/member-list.ts';
import { createIdentity, peerOf } from '../support/identity.ts';
import type { ManualClock } from '../support/manual-clock.ts';
import type { MemoryHub } from '../support/memory-mesh.ts';

const meshName = MeshName.parse('home');

/** An operator, and the lists that it signs. */
export function createAuthority(index = 900) {
  const operator = createIdentity(index);
  const authority = { mesh: meshName, operator: operator.peer };
  const memberOf = (number: number): Member =>
    Member.parse({ peer: peerOf(number), name: `peer-${number}`, sinceMs: 1 });
  /** One serial for each member, the first is the founder. */
  async function listOf(...numbers: readonly number[]): Promise<SignedMemberList> {
    const [founder = 1, ...others] = numbers;
    const list = others.reduce(
      (before, number) => withMember(before, memberOf(number)),
      firstList(authority, memberOf(founder)),
    );
    return signList(operator, list);
  }
  return { operator, authority, memberOf, listOf };
}

/** One peer's part in it. */
export async function admissionOf(
  { clock, hub }: { readonly clock: ManualClock; readonly hub: MemoryHub },
  { authority }: Pick<ReturnType<typeof createAuthority>, 'authority'>,
  number: number,
  stored: SignedMemberList | null,
) {
  const saved: SignedMemberList[] = [];
  const troubles: { readonly code: string; readonly peer: PeerId }[] = [];
  const inner = hub.join(peerOf(number));
  const admission = await startAdmission(
    {
      clock,
      mesh: inner,
      signer: createIdentity(10_000 + number),
      save: async (list) => void saved.push(list),
      onTrouble: ({ code }, peer) => troubles.push({ code, peer }),
      onDefect: (error) => {
        throw error;
      },
    },
    authority,
    stored,
  );
  return { inner, admission, saved, troubles, peer: peerOf(number) };
}
