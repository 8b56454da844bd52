import { afterEach, describe, expect, it } from 'vitest';
import { type Spawned, spawnPeer } from './processes.ts';
import { createFleet, freshName, loopback, until } from './support.ts';

const fleet = createFleet();
const running: Spawned[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end()));
  await fleet.stopAll();
});

async function meetProcess(options: { silenceMsMax?: number } = {}) {
  const name = freshName();
  const mesh = await fleet.add({ name, ...options });
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

  it('that hangs is cut off when it has been silent for too long', async () => {
    const { mesh, spawned } = await meetProcess({ silenceMsMax: 1_000 });
    spawned.child.kill('SIGSTOP');
    await until('it is cut off', () => mesh.connected().length === 0);
    spawned.child.kill('SIGCONT');
    await until('it is back', () => mesh.connected().length === 1);
  });
});
