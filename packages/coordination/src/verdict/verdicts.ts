/** What the holder of a published result needs of other peers, and makes of what they say. */
import { certificateText, JournalHead, type Verdict } from '@bzzz/protocol';
import type { Journal, Signer } from '../ports/index.ts';
import { makeCertificate, type Publication } from './certificate.ts';
import { hearLate, type Late } from './late.ts';
import { type Gathered, type GatherDeps, gatherVerdicts } from './gather.ts';

export interface Verdicts {
  /** What other peers found by the time that `signal` fires. */
  gather(publication: Publication, signal: AbortSignal): Promise<Gathered>;
  /** Goes on by itself, beside whatever the holder does next. */
  hearLate(late: Late): void;
  /** A certificate of these verdicts, as text. */
  certify(publication: Publication, verdicts: readonly Verdict[]): Promise<string>;
}

export interface VerdictsDeps extends Omit<GatherDeps, 'signer'> {
  readonly signer: Signer;
  readonly journal: Journal;
}

export function createVerdicts(deps: VerdictsDeps, stopping: AbortSignal): Verdicts {
  const { signer, journal } = deps;
  return {
    gather: (publication, signal) => gatherVerdicts(deps, publication, signal),
    hearLate: (late) => void hearLate(deps, late, stopping),
    async certify(publication, verdicts) {
      const head = JournalHead.parse({ key: journal.key, ...journal.head() });
      return certificateText(await makeCertificate(signer, publication, head, verdicts));
    },
  };
}
