/** What goes wrong between hosts: packets that are lost on the switch, cables that are slow or pulled. */
import type { Host, Lan } from './lan.ts';
import { firstRules, type Loss, rulesOf, type Way, waysBetween } from './rules.ts';

export interface Faults {
  /** Nobody hears what is said to all: the switch does not pass it on. */
  dropMulticast(): Promise<void>;
  /** Nothing passes from one to the other; whether anything comes back is another matter. */
  cutOneWay(from: Host, to: Host): Promise<void>;
  /** Nothing passes between hosts of different groups, and nobody is told. */
  partition(...groups: readonly (readonly Host[])[]): Promise<void>;
  /** So many of a hundred packets between any two of these are lost. */
  lose(hosts: readonly Host[], percent: number): Promise<void>;
  /** The cable of that host takes no more than so many kilobits a second, and holds back the rest. */
  slow(host: Host, kilobits: number): Promise<void>;
  /** The host sees that its cable is out. */
  unplug(host: Host): Promise<void>;
  plugIn(host: Host): Promise<void>;
  /** No packet is dropped any more. Cables stay slow, or out. */
  heal(): Promise<void>;
}

export async function faultsOn(lan: Lan): Promise<Faults> {
  /** By direction, so that a later word on the same one counts. */
  const losses = new Map<string, Loss>();
  let multicast = false;
  const nft = async (text: string) =>
    void (await lan.onSwitch(`nft -f - <<'RULES'\n${text}\nRULES\n`));
  await nft(firstRules);

  const apply = () => nft(rulesOf({ losses: [...losses.values()], multicast }));

  async function add(ways: readonly Way[], percent: number): Promise<void> {
    for (const way of ways) losses.set(`${way.from} ${way.to}`, { ...way, percent });
    await apply();
  }

  return {
    async dropMulticast() {
      multicast = true;
      await apply();
    },
    cutOneWay: (from, to) => add([{ from: from.name, to: to.name }], 100),
    async partition(...groups) {
      const named = groups.map((group) => group.map(({ name }) => name));
      const ways = named.flatMap((these, index) =>
        named.slice(index + 1).flatMap((those) => waysBetween(these, those)),
      );
      await add(ways, 100);
    },
    async lose(hosts, percent) {
      const names = hosts.map(({ name }) => name);
      await add(waysBetween(names, names), percent);
    },
    async slow(host, kilobits) {
      const queue = `root tbf rate ${kilobits}kbit burst 16kb latency 2s`;
      await lan.onSwitch(`tc qdisc replace dev ${host.name} ${queue}`);
      await host.run(`tc qdisc replace dev eth0 ${queue}`);
    },
    unplug: async (host) => void (await lan.onSwitch(`ip link set ${host.name} down`)),
    async plugIn(host) {
      await lan.onSwitch(`ip link set ${host.name} up`);
    },
    async heal() {
      losses.clear();
      multicast = false;
      await apply();
    },
  };
}
