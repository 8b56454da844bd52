/**
 * A network of hosts, each a network namespace with a cable to one switch, which is a namespace too.
 * The addresses lead nowhere else: nothing that is said here leaves these namespaces.
 */
import { holdNamespace, insideOf, runInside } from '../../e2e/harness/namespaces.ts';
import type { Stage } from '../../e2e/harness/stage.ts';

export interface Host {
  readonly name: string;
  /** On the network that all hosts share. */
  address(): string;
  /** What stands before a command to start it there. */
  readonly prefix: readonly string[];
  /** Runs a shell script there. */
  run(script: string): Promise<string>;
}

export interface Lan {
  readonly hosts: readonly Host[];
  /** Runs a shell script on the switch, where the cable of a host has the host's name. */
  onSwitch(script: string): Promise<string>;
  /**
   * A second cable, to a switch that only these hosts share. What others send there comes to the way
   * out of the network, which drops it and tells nobody.
   */
  connectApart(hosts: readonly Host[]): Promise<void>;
  /**
   * So many networks that are on that host only, as for virtual machines. Where others send there is the
   * same as above.
   */
  addVirtual(host: Host, count: number): Promise<void>;
  /** The host has another address from now on, and not its old one. */
  move(host: Host): Promise<void>;
}

const network = '10.79.0';
/** Of the second cables. */
const apart = '10.70.0';
/** Those after `10.` in the addresses of what is on one host only begin above this. */
const virtual = 10;
/** The switch has an address, which is everybody's way out; there is nothing behind it. */
const gateway = `${network}.254`;
/** Where those go that move, by how often. */
const firstSpare = 100;

export async function layLan(stage: Stage, names: readonly string[]): Promise<Lan> {
  const hub = await holdNamespace(stage, 'echo up; exec cat');
  const onSwitch = (script: string) => runInside(hub, script);
  await onSwitch(`ip link add lan type bridge mcast_snooping 0
    ip addr add ${gateway}/24 dev lan; ip link set lan up
    echo 0 > /proc/sys/net/ipv4/ip_forward`);
  let spare = firstSpare;
  const pids = new Map<Host, number>();
  const addresses = new Map<Host, string>();

  async function join(name: string, index: number): Promise<Host> {
    const pid = await holdNamespace(stage, 'ip link set lo up; echo up; exec cat');
    const host: Host = {
      name,
      address: () => addresses.get(host) ?? '',
      prefix: insideOf(pid),
      run: (script) => runInside(pid, script),
    };
    pids.set(host, pid);
    await plug(host, `${network}.${index + 1}`);
    return host;
  }

  async function plug(host: Host, address: string): Promise<void> {
    await onSwitch(`ip link add ${host.name} type veth peer name eth0 netns ${pids.get(host)}
      ip link set ${host.name} master lan; ip link set ${host.name} up`);
    await settle(host, address);
  }

  /** So that what was added meanwhile comes first, wherever there is an order. */
  async function plugAgain(host: Host): Promise<void> {
    await host.run('ip link del eth0');
    await plug(host, host.address());
  }

  /** mDNS needs a route that covers 224.0.0.0/4, and sends on the default route only. */
  async function settle(host: Host, address: string): Promise<void> {
    await host.run(`ip addr flush dev eth0; ip addr add ${address}/24 dev eth0
      ip link set eth0 up; ip route add default via ${gateway} dev eth0`);
    addresses.set(host, address);
  }

  return {
    hosts: await Promise.all(names.map(join)),
    onSwitch,
    async connectApart(hosts) {
      await onSwitch('ip link add apart type bridge mcast_snooping 0; ip link set apart up');
      for (const [index, host] of hosts.entries()) {
        const cable = `${host.name}-2`;
        await onSwitch(`ip link add ${cable} type veth peer name eth1 netns ${pids.get(host)}
          ip link set ${cable} master apart; ip link set ${cable} up`);
        await host.run(`ip addr add ${apart}.${index + 1}/24 dev eth1; ip link set eth1 up`);
        await plugAgain(host);
      }
    },
    async addVirtual(host, count) {
      for (let at = 1; at <= count; at += 1) {
        await host.run(`ip link add virt${at} type veth peer name end${at}; ip link set virt${at} up; ip link set end${at} up
          ip addr add 10.${virtual + at}.${names.indexOf(host.name)}.1/24 dev virt${at}`);
      }
      await plugAgain(host);
    },
    async move(host) {
      spare += 1;
      await settle(host, `${network}.${spare}`);
    },
  };
}
