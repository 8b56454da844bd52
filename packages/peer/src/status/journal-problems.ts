/** What is wrong with the journals of others that are kept here. Pure. */
import type { MemberView } from '@bzzz/coordination';
import type { Config } from '@bzzz/protocol';
import type { Problem } from '@bzzz/protocol/api';

export interface JournalProblemSources {
  readonly config: Pick<Config, 'journal'>;
  /** Living members whose journals have no place here. */
  readonly unkept: readonly Pick<MemberView, 'name'>[];
}

const toldMax = 4;

export function journalsOf({ config, unkept }: JournalProblemSources): Problem[] {
  if (unkept.length === 0) return [];
  const { replicasMax } = config.journal;
  const text = `The journals of ${namesOf(unkept)} are not kept here: all ${replicasMax} places are taken by peers that live.`;
  const advice = 'Raise `journal.replicasMax` in the configuration, if there is disk for it.';
  return [{ code: 'replicas_full', severity: 'warning', text, advice }];
}

function namesOf(some: readonly { readonly name: string }[]): string {
  const names = some.slice(0, toldMax).map(({ name }) => name);
  const more = some.length > toldMax ? `, and ${some.length - toldMax} more` : '';
  return `${names.join(', ')}${more}`;
}
