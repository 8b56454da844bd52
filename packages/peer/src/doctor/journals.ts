/** Whether the journals of the mesh can be believed, as a running peer knows it. */
import { errorRegistry } from '@bzzz/protocol';
import type { Check } from '@bzzz/protocol/api';
import { bad, good } from './checks.ts';
import type { Live } from './mesh.ts';

export function checkJournals({ quarantine }: Pick<Live, 'quarantine'>): Check {
  if (quarantine.length === 0) return good('journals', 'nobody was seen to tell two stories');
  const who = quarantine.map(({ name, peer, reason }) => `${name ?? peer}: ${reason}`);
  return bad('journals', who.join('; '), errorRegistry.journal_forked.advice);
}
