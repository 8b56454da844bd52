import { MeshName } from '@bzzz/protocol';
import { createIdentity, createMesh, type MeshOptions, type MeshService } from '../src/index.ts';

export const loopback = '/ip4/127.0.0.1/tcp/0';

let nextName = 0;

/** A name of the test's own, so that no two tests meet. */
export function freshName(): MeshName {
  nextName += 1;
  return MeshName.parse(`test-${process.pid}-${nextName}`);
}

/** Meshes that `stopAll` ends, whatever became of the test. */
export function createFleet() {
  const fleet: MeshService[] = [];
  return {
    async add(options: Partial<MeshOptions> & Pick<MeshOptions, 'name'>): Promise<MeshService> {
      const identity = await createIdentity();
      const mesh = createMesh({ identity }, { listen: [loopback], redialMsMax: 500, ...options });
      fleet.push(mesh);
      return mesh;
    },
    async stopAll(): Promise<void> {
      await Promise.all(fleet.splice(0).map((mesh) => mesh.stop()));
    },
  };
}

/** Waits for a state, and says which one when it does not come. */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!(await check())) {
    if (performance.now() > endMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function allConnected(meshes: readonly MeshService[]): boolean {
  return meshes.every((mesh) => mesh.connected().length === meshes.length - 1);
}
