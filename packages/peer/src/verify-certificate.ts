import type { CheckedCertificate } from '@bzzz/coordination';

/**
 * Checks a certificate offline, whoever made it. Throws `certificate_invalid`. What signatures need is
 * loaded here and now: other commands do not wait for it.
 */
export async function verifyCertificate(text: string): Promise<CheckedCertificate> {
  const [{ checkCertificate }, { verifySignature }] = await Promise.all([
    import('@bzzz/coordination'),
    import('@bzzz/mesh'),
  ]);
  return checkCertificate({ verify: verifySignature }, text);
}
