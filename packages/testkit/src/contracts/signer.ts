/** What every `Signer` promises. */
import type { Signer } from '@bzzz/coordination';
import { PeerId, utf8 } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';

export interface SignerSubject {
  readonly signer: Signer;
  /** Of another identity. */
  readonly other: Signer;
}

export function describeSignerContract(
  name: string,
  makeSubject: () => Promise<SignerSubject>,
): void {
  describe(`Signer: ${name}`, () => {
    it('verifies what it signed, and so does everybody else', async () => {
      const { signer, other } = await makeSubject();
      const bytes = utf8('held 42');
      const signature = await signer.sign(bytes);
      expect(signature.byteLength).toBe(64);
      expect(await signer.verify(signer.peer, bytes, signature)).toBe(true);
      expect(await other.verify(signer.peer, bytes, signature)).toBe(true);
    });

    it('signs the empty message too', async () => {
      const { signer, other } = await makeSubject();
      const signature = await signer.sign(new Uint8Array());
      expect(await other.verify(signer.peer, new Uint8Array(), signature)).toBe(true);
    });

    it('refuses other bytes, another signature and another signer', async () => {
      const { signer, other } = await makeSubject();
      expect(other.peer).not.toBe(signer.peer);
      const bytes = utf8('held 42');
      const signature = await signer.sign(bytes);
      const bent = Uint8Array.from(signature);
      bent[0] = (bent[0] ?? 0) ^ 1;
      expect(await other.verify(signer.peer, utf8('held 43'), signature)).toBe(false);
      expect(await other.verify(signer.peer, bytes, bent)).toBe(false);
      expect(await other.verify(other.peer, bytes, signature)).toBe(false);
      expect(await other.verify(signer.peer, bytes, await other.sign(bytes))).toBe(false);
    });

    it('answers false to malformed signatures', async () => {
      const { signer } = await makeSubject();
      const bytes = utf8('held 42');
      const signature = await signer.sign(bytes);
      const longer = new Uint8Array(65);
      longer.set(signature);
      for (const bad of [new Uint8Array(), new Uint8Array(64), signature.slice(0, 63), longer]) {
        expect(await signer.verify(signer.peer, bytes, bad)).toBe(false);
      }
    });

    it('answers false to peers that are none', async () => {
      const { signer } = await makeSubject();
      const bytes = utf8('held 42');
      const signature = await signer.sign(bytes);
      // Fits the pattern of a peer id, but does not decode to an Ed25519 key.
      const undecodable = PeerId.parse(`12D3KooW${'z'.repeat(44)}`);
      expect(await signer.verify(undecodable, bytes, signature)).toBe(false);
      for (const text of [
        '',
        'nobody',
        '12D3KooW',
        'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
      ]) {
        // A brand cannot hold back what a caller took from a wire without parsing it.
        expect(await signer.verify(text as PeerId, bytes, signature)).toBe(false);
      }
    });
  });
}
