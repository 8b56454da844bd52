/** Making and joining a mesh, for the command line: the network is loaded when one of them is called. */
import type { foundMesh as Found } from './found.ts';
import type { joinMesh as Join } from './join.ts';

export const foundMesh: typeof Found = async (...args) =>
  (await import('./found.ts')).foundMesh(...args);

export const joinMesh: typeof Join = async (...args) =>
  (await import('./join.ts')).joinMesh(...args);
