/** What is wrong with the journals of others that are kept here. Pure. */
import type { MemberView } from '@bzzz/coordination';
import type { Config } from '@bzzz/protocol';
import type { Problem, StatusAnswer } from '@bzzz/protocol/api';

export interface JournalProblemSources {
  readonly config: Pick<Config, 'journal'>;
  /** Living members whose journals have no place here. */
  readonly unkept: readonly Pick<MemberView, 'name'>[];
  /** What cannot be read in the journals that are here. */
  readonly skipped: StatusAnswer['journal']['skipped'];
}

const toldMax = 4;

export function journalsOf(sources: JournalProblemSources): Problem[] {
  return [...unkeptOf(sources), ...skippedProblems(sources)];
}

/** One for all, since a release that is newer on many peers would hide what else is wrong. */
function skippedProblems({ skipped }: JournalProblemSources): Problem[] {
  if (skipped.length === 0) return [];
  const told = skipped.map(({ key, peer, name, blocks, entries }) => {
    const whose = peer === null ? `${key.slice(0, 8)} (no member)` : `${name} (${peer.slice(-8)})`;
    return {
      name: `${whose}: ${some(blocks, 'block', 'blocks')} and ${some(entries, 'entry', 'entries')}`,
    };
  });
  const text = `Journals hold what cannot be read here, and it is skipped: ${namesOf(told, '; ')}.`;
  const advice =
    'Where that peer has a newer version, update this one; else what it writes is not sound: look at it.';
  return [{ code: 'journal_skipped', severity: 'warning', text, advice }];
}

function unkeptOf({ config, unkept }: JournalProblemSources): Problem[] {
  if (unkept.length === 0) return [];
  const { replicasMax } = config.journal;
  const text = `The journals of ${namesOf(unkept)} are not kept here: all ${replicasMax} places are taken by peers that live.`;
  const advice = 'Raise `journal.replicasMax` in the configuration, if there is disk for it.';
  return [{ code: 'replicas_full', severity: 'warning', text, advice }];
}

function namesOf(those: readonly { readonly name: string }[], between = ', '): string {
  const names = those.slice(0, toldMax).map(({ name }) => name);
  const more = those.length > toldMax ? `, and ${those.length - toldMax} more` : '';
  return `${names.join(between)}${more}`;
}

function some(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}
