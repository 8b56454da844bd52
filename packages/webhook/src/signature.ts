import { verify } from '@octokit/webhooks-methods';

export interface Signed {
  readonly secret: string;
  readonly body: Uint8Array;
  /** As in `X-Hub-Signature-256`: `sha256=` and 64 hex digits. */
  readonly signature: string;
}

/** Compares in constant time. Gives the text of the body, which nobody sees before; null: forged. */
export async function verifiedText({ secret, body, signature }: Signed): Promise<string | null> {
  const text = exactText(body);
  // The library throws where there is nothing to compare, and this is no defect of ours.
  if (text === null || text === '' || signature === '') return null;
  return (await verify(secret, text, signature)) ? text : null;
}

/**
 * The library signs text, GitHub signs bytes. Only where one stands for the other, both ways, do the
 * two agree: bytes that are no UTF-8 are no delivery, and a byte order mark is not swallowed.
 */
function exactText(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
