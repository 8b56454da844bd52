import type { Scenario } from '../scenario.ts';
import { interfaces, moved, movedBootstrap } from './address.ts';
import { deadBootstrap } from './bootstrap.ts';
import { byDht, byMdns } from './discovery.ts';
import { byInvite } from './invite.ts';
import { badLinks, oneWay, unplugged, wrongClocks } from './links.ts';
import { twoMeshes } from './meshes.ts';
import { outage } from './outage.ts';
import { noMajority, partition, splitMesh } from './partition.ts';
import { rollingUpgrade } from './upgrade.ts';

/** In the order in which they are played. */
export const scenarios: readonly Scenario[] = [
  byMdns,
  byDht,
  byInvite,
  twoMeshes,
  partition,
  splitMesh,
  noMajority,
  unplugged,
  deadBootstrap,
  moved,
  movedBootstrap,
  interfaces,
  outage,
  badLinks,
  oneWay,
  wrongClocks,
  rollingUpgrade,
];
