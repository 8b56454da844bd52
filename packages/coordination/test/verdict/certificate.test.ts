/** What a certificate proves, and that nothing in it can be changed unseen (invariant 9). */
import { type Certificate, certificateText, Oid, type Verdict } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import {
  checkCertificate,
  makeCertificate,
  type Publication,
} from '../../src/verdict/certificate.ts';
import { createIdentity, peerOf } from '../support/identity.ts';
import { head, publicationOf, verdictOf } from '../support/publication.ts';
import { createStand } from '../support/stand.ts';

const author = createStand(1);

async function textOf(publication: Publication, verdicts: readonly Verdict[]): Promise<string> {
  return certificateText(await makeCertificate(author.signer, publication, head, verdicts));
}

async function refusal(text: string): Promise<string> {
  const error: unknown = await checkCertificate(author.signer, text).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'certificate_invalid' });
  return error instanceof Error ? error.message : '';
}

describe('a certificate', () => {
  it('says who found what of which commit, and whether that is a quorum', async () => {
    const publication = await publicationOf(author, 2);
    const verdicts = [
      await verdictOf(publication, createIdentity(2)),
      await verdictOf(publication, createIdentity(3), { outcome: 'failed', reason: 'exit 1' }),
    ];
    const text = await textOf(publication, verdicts);
    const checked = await checkCertificate(author.signer, `Words.\r\n\r\n${text}\nMore words.`);
    expect(checked).toMatchObject({ lock: publication.oid, quorum: false, journal: head });
    expect(checked.passed.map(({ statement }) => statement.peer)).toEqual([peerOf(2)]);
    expect(checked.failed.map(({ statement }) => statement.peer)).toEqual([peerOf(3)]);
    const more = [...verdicts, await verdictOf(publication, createIdentity(4))];
    const quorate = await checkCertificate(author.signer, await textOf(publication, more));
    expect(quorate.quorum).toBe(true);
  });

  it('does not survive a change of any one of its bytes', async () => {
    const publication = await publicationOf(author);
    const text = await textOf(publication, [await verdictOf(publication)]);
    const bytes = Buffer.from(text, 'latin1');
    const survivors: number[] = [];
    for (const [at, byte] of bytes.entries()) {
      for (const changed of [byte ^ 1, byte ^ 0x20]) {
        const other = Buffer.from(bytes);
        other[at] = changed;
        const checked = await checkCertificate(author.signer, other.toString('latin1')).catch(
          () => null,
        );
        if (checked !== null) survivors.push(at);
      }
    }
    // The end of the last line stands outside of it.
    expect(survivors.filter((at) => at < bytes.byteLength - 1)).toEqual([]);
  });

  it('does not count who published, who is counted already, or another result', async () => {
    const publication = await publicationOf(author);
    const other = Oid.parse('9'.repeat(40));
    const judge = createIdentity(2);
    const verdict = await verdictOf(publication, judge);
    const cases: [Verdict[], string][] = [
      [[await verdictOf(publication, author.signer)], 'nobody judges his own'],
      [[verdict, verdict], 'counted twice'],
      [[await verdictOf(publication, judge, { commit: other })], 'another commit'],
      [[await verdictOf(publication, judge, { lock: other })], 'another publication'],
      [[await verdictOf(publication, judge, { epoch: 2 })], 'another publication'],
      [[await verdictOf(publication, judge, { peer: peerOf(3) })], 'not signed by it'],
    ];
    createIdentity(3);
    for (const [verdicts, why] of cases) {
      expect(await refusal(await textOf(publication, verdicts))).toContain(why);
    }
  });

  it('does not count who ran the acceptance for its author', async () => {
    const prover = createIdentity(2);
    const publication = await publicationOf(author, 1, { prover: prover.peer });
    const text = await textOf(publication, [await verdictOf(publication, prover)]);
    expect(await refusal(text)).toContain('nobody judges his own');
    const other = await textOf(publication, [await verdictOf(publication, createIdentity(3))]);
    expect(await checkCertificate(author.signer, other)).toMatchObject({ quorum: true });
  });

  it('is made by who published, of a signed publication', async () => {
    const publication = await publicationOf(author);
    const verdict = await verdictOf(publication);
    const stranger = createIdentity(5);
    const forged = await makeCertificate(stranger, publication, head, [verdict]);
    expect(await refusal(certificateText(forged))).toContain(
      'not signed by the peer that published',
    );
    const lock = Uint8Array.from(Buffer.from('Bzzz-Task: acme/widgets#7\n'));
    const broken: Certificate = { ...forged, lock };
    expect(await refusal(certificateText(broken))).toContain('cannot be read');
    expect(await refusal('no certificate at all')).toContain('none in this text');
  });
});
