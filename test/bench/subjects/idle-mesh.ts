/** One node of `@bzzz/mesh` that does nothing, in a process of its own. Arguments: addresses to dial. */
import { createIdentity, createMesh } from '@bzzz/mesh';
import { MeshName } from '@bzzz/protocol';
import { benchTopic } from './group.ts';
import { serve } from './idle-answer.ts';

await serve(async (others) => {
  const mesh = createMesh(
    { identity: await createIdentity() },
    { name: MeshName.parse('bench'), listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap: others },
  );
  mesh.subscribe(benchTopic, () => undefined);
  await mesh.start();
  return {
    answer: () => ({ addresses: mesh.multiaddrs(), connected: mesh.connected().length }),
    stop: () => mesh.stop(),
  };
});
