import { bytesToHex, heartbeatChannel } from '@bzzz/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { createIdentity, createMesh, type MeshService } from '../src/index.ts';
import { type Spawned, spawnPeer } from './processes.ts';
import { createFleet, freshName, loopback, until } from './support.ts';

const fleet = createFleet();
const running: Spawned[] = [];
const others: MeshService[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end()));
  await Promise.all([fleet.stopAll(), ...others.splice(0).map((mesh) => mesh.stop())]);
});

async function meetProcess(options: { seed?: string } = {}) {
  const name = freshName();
  const mesh = await fleet.add({ name });
  await mesh.start();
  const spawned = spawnPeer({ name, listen: [loopback], bootstrap: mesh.multiaddrs(), ...options });
  running.push(spawned);
  await until('the process is connected', () => mesh.connected().length === 1);
  return { mesh, spawned, name };
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

  it('that is gone without a word is replaced when it dials anew', async () => {
    const identity = await createIdentity();
    const { mesh, spawned, name } = await meetProcess({ seed: bytesToHex(identity.seed) });
    const sinceMs = performance.now();
    // Its connection stays open and answers nothing, as when its machine was switched off.
    spawned.child.kill('SIGSTOP');
    const told: boolean[] = [];
    mesh.onConnection(({ open }) => told.push(open));
    await until(
      'nobody can think that the dials crossed',
      () => performance.now() - sinceMs > 6_000,
    );
    expect(mesh.connected()).toEqual([identity.peer]);
    const again = createMesh(
      { identity },
      { name, listen: [loopback], bootstrap: mesh.multiaddrs() },
    );
    others.push(again);
    const pings: number[] = [];
    again.receive(heartbeatChannel, (_, beat) => pings.push(beat.seq));
    await again.start();
    await until('it is told as lost and found', () => told.length === 2);
    expect(told).toEqual([false, true]);
    await until('what is sent comes to the new one', () => {
      mesh.send(heartbeatChannel, identity.peer, { kind: 'ping', seq: 1, incarnation: 0 });
      return pings.length > 0;
    });
  });
});
