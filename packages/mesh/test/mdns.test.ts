import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { serviceTag } from '../src/node-transports.ts';
import {
  type Line,
  namespacesDenied,
  type Spawned,
  spawnPeer,
  spawnTwoHosts,
} from './processes.ts';
import { freshName, loopback, until } from './support.ts';

const running: Spawned[] = [];
const folders: string[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

describe('discovery without any address', () => {
  it('finds the peer at the other end of a cable', async () => {
    const denied = await namespacesDenied();
    if (denied !== undefined) return overBootstrap(denied);
    const listen = ['/ip4/0.0.0.0/tcp/0'];
    const hosts = spawnTwoHosts({ name: freshName(), listen, mdns: true });
    running.push(hosts);
    await until(
      'both have heard each other',
      () => new Set(hosts.lines.flatMap((line) => line.heard ?? [])).size === 2,
    );
    const addresses = hosts.lines.flatMap((line) => line.multiaddrs ?? []);
    expect(addresses.map((address) => address.split('/')[2]).toSorted()).toEqual([
      '10.77.0.1',
      '10.77.0.2',
    ]);
  });

  it('is not needed again when the cable was cut and mended', async () => {
    const denied = await namespacesDenied();
    if (denied !== undefined) return overBootstrap(denied);
    const cable = await mkdtemp(join(tmpdir(), 'bzzz-cable-'));
    folders.push(cable);
    const listen = ['/ip4/0.0.0.0/tcp/0'];
    const options = { name: freshName(), listen, mdns: true, silenceMsMax: 1_000 };
    const hosts = spawnTwoHosts(options, cable);
    running.push(hosts);
    const told = (count: number) => (line: Line) => line.connected?.length === count;
    const last = () => hosts.lines.filter((line) => line.connected !== undefined).slice(-2);
    await until('both are connected', () => hosts.lines.filter(told(1)).length === 2);
    await writeFile(join(cable, 'cut'), '');
    await until('both see that it is cut', () => hosts.lines.filter(told(0)).length === 2);
    await writeFile(join(cable, 'mend'), '');
    await until('both are connected again', () => last().every(told(1)));
    const before = hosts.lines.length;
    const heard = () => new Set(hosts.lines.slice(before).flatMap((line) => line.heard ?? []));
    await until('both hear each other again', () => heard().size === 2);
  });

  it('is asked for under a service of the mesh only', () => {
    const names = [freshName(), freshName()];
    expect(new Set(names.map((name) => serviceTag(name))).size).toBe(2);
    // One label of DNS has at most 63 bytes; the longest name of a mesh has 40.
    expect(serviceTag(names[0] ?? freshName()).split('.')[0]?.length).toBeLessThanOrEqual(63);
  });
});

/** No multicast on the network of whoever runs the tests; so the same two peers by address. */
async function overBootstrap(denied: string): Promise<void> {
  console.warn(`mDNS IS NOT TESTED: no network namespaces here (${denied})`);
  const name = freshName();
  const first = spawnPeer({ name, listen: [loopback] });
  running.push(first);
  await until('the first listens', () => first.lines.some((line) => line.multiaddrs));
  const bootstrap = first.lines.flatMap((line) => line.multiaddrs ?? []);
  const second = spawnPeer({ name, listen: [loopback], bootstrap });
  running.push(second);
  await until('both have heard each other', () =>
    [first, second].every((one) => one.lines.some((line) => line.heard)),
  );
}
