import { createCodec, MeshName, PeerId, type RequestProtocol } from '@bzzz/protocol';
import { z } from 'zod';
import { createIdentity, createMesh, type MeshOptions, type MeshService } from '../src/index.ts';

const Question = z.object({ target: PeerId });
const Answer = z.object({ connected: z.boolean() });
/** A request protocol of the tests' own. */
export const probeProtocol: RequestProtocol<z.infer<typeof Question>, z.infer<typeof Answer>> = {
  name: 'probe',
  version: 1,
  request: createCodec({ name: 'probe request', schema: Question, bytesMax: 256 }),
  response: createCodec({ name: 'probe response', schema: Answer, bytesMax: 64 }),
  timeoutMs: 2_000,
  requestsPerSecondMax: 200,
  inFlightMax: 64,
};

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
  timeoutMs = 60_000,
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
