import type { Scenario } from '../scenario.ts';
import { byDht, byMdns } from './discovery.ts';

/** In the order in which they are played. */
export const scenarios: readonly Scenario[] = [byMdns, byDht];
