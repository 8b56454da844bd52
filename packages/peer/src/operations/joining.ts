/** What can be asked about who belongs to the mesh. */
import type { Operator } from '@bzzz/coordination';
import { BzzzError, type Member } from '@bzzz/protocol';
import { noOperator } from '../joining/joining.ts';
import { actingOf } from './acting.ts';
import type { Acting, Operations } from './operations.ts';
import type { OperationsTarget } from './target.ts';

type Acted = (act: Acting & { act: string; about: string }) => Promise<void>;

export function joiningOperations(
  target: OperationsTarget,
  acted: Acted,
): Pick<Operations, 'members' | 'invite' | 'admit' | 'remove' | 'changeNetworkKey'> {
  const { joining, networkKeySerial, clock, coordinator } = target;

  function theOperator(): Operator {
    if (joining.operator !== null) return joining.operator;
    throw noOperator(joining.admission);
  }

  const list = () => joining.admission?.list();
  const serial = () => list()?.serial ?? 0;

  return {
    members() {
      const seen = coordinator.view().members;
      const connected = new Set(seen.filter((one) => one.connected).map(({ peer }) => peer));
      const self = seen.find((one) => one.self)?.peer;
      const strangers = joining.admission?.strangers() ?? [];
      return {
        operator: list()?.operator ?? null,
        holdsKey: joining.operator !== null,
        serial: serial(),
        networkKeySerial: networkKeySerial(),
        members: (list()?.members ?? []).map((member) => ({
          ...member,
          self: member.peer === self,
          connected: connected.has(member.peer),
        })),
        strangers: strangers.map(({ peer, lastSeenMs }) => ({
          peer,
          agoMs: Math.max(0, clock.monotonicMs() - lastSeenMs),
        })),
      };
    },
    async invite(request, asker) {
      theOperator();
      await acted({ ...actingOf(asker), act: 'invite', about: 'a new peer' });
      const { doors, ...invited } = await joining.invite(request);
      return { ...invited, doors: [...doors] };
    },
    async admit({ peer, name }, asker) {
      const operator = theOperator();
      await acted({ ...actingOf(asker), act: 'admit', about: `${name} ${peer}` });
      await operator.admit(peer, name);
      return { peer, name, serial: serial() };
    },
    async remove(named, asker) {
      const operator = theOperator();
      const { peer, name } = found(list()?.members ?? [], named);
      await acted({ ...actingOf(asker), act: 'remove', about: `${name} ${peer}` });
      await operator.remove(peer);
      return { peer, name, serial: serial() };
    },
    async changeNetworkKey(asker) {
      const operator = theOperator();
      await acted({ ...actingOf(asker), act: 'network-key', about: 'another network key' });
      await operator.changeNetworkKey();
      return { serial: networkKeySerial() };
    },
  };
}

function found(members: readonly Member[], named: string): Member {
  const byId = members.filter(({ peer }) => peer === named);
  const byName = members.filter(({ name }) => name === named);
  const byEnding = named.length < 4 ? [] : members.filter(({ peer }) => peer.endsWith(named));
  // An id is the peer's own; a name it may have given itself.
  const [one, ...more] = byId.length > 0 ? byId : [...new Set([...byName, ...byEnding])];
  if (one !== undefined && more.length === 0) return one;
  const reason =
    one === undefined
      ? `${named}: no member is called so`
      : `${named}: ${more.length + 1} members are called so; give the id`;
  throw new BzzzError('peer_unknown', reason);
}
