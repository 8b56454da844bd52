export { createMesh } from './create-mesh.ts';
export { type Door, knock, type OnKnock, openDoor } from './door.ts';
export { createIdentity, type Identity, loadIdentity } from './identity.ts';
export type {
  MeshService,
  MeshStats,
  StreamHandlerOptions,
  StreamProtocol,
  Trouble,
} from './interface.ts';
export type { MeshOptions } from './options.ts';
export { probe, type Probed } from './probe.ts';
export { createSigner, verifySignature } from './signer.ts';
