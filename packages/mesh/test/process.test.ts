import { heartbeatChannel } from '@bzzz/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { type Spawned, spawnPeer } from './processes.ts';
import { createFleet, freshName, loopback, until } from './support.ts';

const fleet = createFleet();
const running: Spawned[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end()));
  await fleet.stopAll();
});

async function meetProcess() {
  const name = freshName();
  const mesh = await fleet.add({ name });
  await mesh.start();
  const spawned = spawnPeer({ name, listen: [loopback], bootstrap: mesh.multiaddrs() });
  running.push(spawned);
  await until('the process is connected', () => mesh.connected().length === 1);
  return { mesh, spawned };
}

describe('a peer in another process', () => {
  it('that is killed is seen within a second', async () => {
    const { mesh, spawned } = await meetProcess();
    let goneMs: number | undefined;
    mesh.onConnection(({ open }) => {
      if (!open) goneMs = performance.now();
    });
    const killedMs = performance.now();
    spawned.child.kill('SIGKILL');
    await until('it is gone', () => goneMs !== undefined);
    expect((goneMs ?? Number.POSITIVE_INFINITY) - killedMs).toBeLessThan(1_000);
    expect(mesh.connected()).toEqual([]);
  });

  it('that hangs can be disconnected at once, and is back when it goes on', async () => {
    const { mesh, spawned } = await meetProcess();
    const [peer] = mesh.connected();
    if (peer === undefined) throw new Error('nobody is connected');
    const told: boolean[] = [];
    mesh.onConnection(({ open }) => told.push(open));
    spawned.child.kill('SIGSTOP');
    mesh.disconnect(peer);
    expect(told).toEqual([false]);
    expect(mesh.connected()).toEqual([]);
    spawned.child.kill('SIGCONT');
    await until('it is back', () => mesh.connected().length === 1);
  });

  it('that hangs is not cut off by the mesh itself, nor is what waits for it', async () => {
    const { mesh, spawned } = await meetProcess();
    const [peer] = mesh.connected();
    if (peer === undefined) throw new Error('nobody is connected');
    const acks: number[] = [];
    mesh.receive(heartbeatChannel, (_, beat) => {
      if (beat.kind === 'ack') acks.push(beat.seq);
    });
    const ping = (seq: number) =>
      mesh.send(heartbeatChannel, peer, { kind: 'ping', seq, incarnation: 0 });
    await until('it answers', () => ping(0) && acks.length > 0);
    spawned.child.kill('SIGSTOP');
    expect(ping(1)).toBe(true);
    spawned.child.kill('SIGCONT');
    await until('it answers what came meanwhile', () => acks.includes(1));
    expect(mesh.connected()).toEqual([peer]);
  });
});
