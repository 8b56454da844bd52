/** Making and joining a mesh, for the command line: the network is loaded when one of them is called. */
import type { Config } from '@bzzz/protocol';
import { layoutOf } from '../folder/layout.ts';
import { readSecretFile } from '../folder/secret-file.ts';
import type { foundMesh as Found } from './found.ts';
import type { joinMesh as Join } from './join.ts';

/** The network keys that are here, the one in force first; none: there is no data folder yet. */
export async function meshKeys({ dataDir, mesh }: Config): Promise<readonly string[]> {
  if (mesh.key !== undefined) return [mesh.key];
  const layout = layoutOf(dataDir);
  const isThere = (await readSecretFile(mesh.keyFile ?? layout.meshKey)) !== null;
  if (!isThere) return [];
  return (await (await import('./network-keys.ts')).openKeyRing(mesh, layout)).all();
}

/** Whether the mesh of this data folder has an operator, whose key is on another machine. */
export async function isGuest({ dataDir, mesh }: Config): Promise<boolean> {
  const layout = layoutOf(dataDir);
  const operator = mesh.operator ?? (await readSecretFile(layout.operator));
  return operator !== null && (await readSecretFile(layout.operatorKey)) === null;
}

export const foundMesh: typeof Found = async (...args) =>
  (await import('./found.ts')).foundMesh(...args);

export const joinMesh: typeof Join = async (...args) =>
  (await import('./join.ts')).joinMesh(...args);
