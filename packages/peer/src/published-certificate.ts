import type { CheckedCertificate } from '@bzzz/coordination';
import { BzzzError, reasonOf, taskParts } from '@bzzz/protocol';
import type { CertificatesAnswer } from '@bzzz/protocol/api';
import { verifyCertificate } from './verify-certificate.ts';

type Found = Pick<CertificatesAnswer, 'repo' | 'number' | 'head' | 'lock' | 'texts'>;

/**
 * The certificate of what the pull request stands at. Anybody may comment, and sign whatever he likes with
 * keys of his own: only the tip of the lock branch says whose publication it is. Throws `certificate_invalid`.
 */
export async function publishedCertificate(found: Found): Promise<CheckedCertificate> {
  let refused = `no certificate stands in the comments of ${found.repo}#${found.number}`;
  for (const text of found.texts.toReversed()) {
    try {
      const checked = await verifyCertificate(text);
      refused = objectionOf(found, checked) ?? '';
      if (refused === '') return checked;
    } catch (error) {
      refused = reasonOf(error);
    }
  }
  throw new BzzzError('certificate_invalid', refused);
}

function objectionOf(
  { repo, head, lock }: Found,
  { record, lock: published }: CheckedCertificate,
): string | undefined {
  const named = taskParts(record.task).repo;
  if (named.toLowerCase() !== repo.toLowerCase()) return `the certificate is about ${named}`;
  if (record.result !== head) return `the certificate is about ${record.result}, not about ${head}`;
  if (lock === null || lock === published) return undefined;
  return 'the certificate is about another publication than the lock branch shows';
}
