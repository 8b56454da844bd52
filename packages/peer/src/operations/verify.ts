/** What `bzzz verify` does, done by the peer for who looks at its page: whoever does not trust it asks his own. */
import type { Admission, CheckedCertificate, MemberView } from '@bzzz/coordination';
import { isBzzzError, type PeerId, taskParts } from '@bzzz/protocol';
import type { VerifiedAnswer } from '@bzzz/protocol/api';
import { publishedCertificate } from '../published-certificate.ts';
import { findTask } from './find-task.ts';
import type { OperationsTarget } from './target.ts';

type Target = Pick<OperationsTarget, 'coordinator' | 'readCertificates' | 'joining'>;

/** Throws `task_unknown`, and what the forge throws. */
export async function verifiedOf(
  { coordinator, readCertificates, joining }: Target,
  id: string,
  signal: AbortSignal,
): Promise<VerifiedAnswer> {
  const { tasks, members: heard } = coordinator.view();
  const members = judgesOf(heard, joining.admission);
  const { task, pullRequest } = findTask(tasks, id);
  const no = (reason: string) => ({
    task,
    pullRequest,
    verified: false,
    reason,
    certificate: null,
  });
  if (pullRequest === null) return no('no result is published yet');
  const { repo } = taskParts(task);
  const found = await readCertificates({ repo, pullRequest }, { signal });
  if (found.lock === null) {
    return no('the lock branch is gone, so nobody can tell whose certificate it is');
  }
  try {
    const texts = [...found.texts];
    const checked = await publishedCertificate({ ...found, texts, repo, number: pullRequest });
    if (checked.record.task !== task) return no(`the certificate is about ${checked.record.task}`);
    return { task, pullRequest, ...weighed(checked, members) };
  } catch (error) {
    if (!isBzzzError(error, 'certificate_invalid')) throw error;
    return no(error.reason);
  }
}

/** Those whose word counts: by the operator's list, heard of or not; where there is none, whoever was heard. */
function judgesOf(heard: readonly MemberView[], admission: Admission | null): readonly Judge[] {
  if (admission === null) return heard;
  const aside = new Set(heard.filter((one) => one.quarantined).map(({ peer }) => peer));
  return admission
    .list()
    .members.map(({ peer, name }) => ({ peer, name, quarantined: aside.has(peer) }));
}

type Judge = Pick<MemberView, 'peer' | 'name' | 'quarantined'>;

/** Only members count: keys can be made by anybody, and as many as he likes. */
function weighed(
  { record, passed, failed }: CheckedCertificate,
  members: readonly Judge[],
): Pick<VerifiedAnswer, 'verified' | 'reason' | 'certificate'> {
  const signer = (peer: PeerId) => {
    const member = members.find((one) => one.peer === peer);
    const standing =
      member === undefined
        ? ('unknown' as const)
        : member.quarantined
          ? ('quarantined' as const)
          : ('member' as const);
    return { peer, name: member?.name ?? null, standing };
  };
  const verdicts = [...passed, ...failed].map(({ statement }) => {
    const { peer, outcome, reason, environment, atMs } = statement;
    return { ...signer(peer), outcome, reason, ...environment, atMs };
  });
  const { verdicts: wanted, result, epoch, peer } = record;
  const counted = verdicts.filter(
    ({ outcome, standing }) => outcome === 'passed' && standing === 'member',
  ).length;
  const verified = wanted > 0 && counted >= wanted;
  const certificate = { result, epoch, publisher: signer(peer), wanted, counted, verdicts };
  return { verified, reason: verified ? null : whyNot(certificate), certificate };
}

function whyNot({ wanted, counted, verdicts }: NonNullable<VerifiedAnswer['certificate']>): string {
  if (wanted === 0) return 'the publication asks for no verdict, so nothing is proven';
  const strangers = verdicts.filter(({ standing }) => standing !== 'member');
  const beside = strangers.map(({ peer, standing }) => `${peer} is ${words[standing]}`);
  return [`${counted} of ${wanted} members that it asks for passed it`, ...beside].join('; ');
}

const words = { member: 'a member', quarantined: 'in quarantine', unknown: 'no member known here' };
