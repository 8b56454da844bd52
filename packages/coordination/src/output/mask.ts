/** What programs and models said may hold a secret; what goes to people and to other peers goes without. */
import { BzzzError, isBzzzError, reasonOf } from '@bzzz/protocol';

/** The same text, as long and with the same lines, without what nobody but its owner may read. */
export type Mask = (text: string) => Promise<string>;

export interface Masking {
  /** Absent: everybody may read it as it is. */
  readonly mask?: Mask;
}

/** Wants the whole: half of a secret is not known for one, so what must be short is cut afterwards. */
export async function masked({ mask }: Masking, text: string): Promise<string> {
  return mask === undefined ? text : mask(text);
}

export async function maskedError(masking: Masking, thrown: unknown): Promise<BzzzError> {
  const code = isBzzzError(thrown) ? thrown.code : 'defect';
  return new BzzzError(code, await masked(masking, reasonOf(thrown)), { cause: thrown });
}
