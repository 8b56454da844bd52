/**
 * Whether it is Prometheus that asks. It has one token for all the peers that it asks, while the keys of each peer are
 * its own: so a file may hold a token that opens the figures, and nothing else, on every peer that has it.
 */
import { readSecretFile } from '@bzzz/peer';
import { reasonOf } from '@bzzz/protocol';
import { isSame } from './token.ts';

export interface Scraper {
  /** Whether this is the token. Never throws: a file that cannot be used is told, and opens nothing. */
  isIt(token: string): Promise<boolean>;
}

/** Shorter ones could be guessed. */
const scrapeTokenCharsMin = 32;

export function createScraper(
  { onTrouble }: { readonly onTrouble: (reason: string) => void },
  { file }: { readonly file: string | undefined },
): Scraper {
  let told = '';

  async function known(): Promise<string | null> {
    if (file === undefined) return null;
    try {
      const token = await readSecretFile(file);
      if (token === null) throw new Error(`${file} is not there`);
      if (token.length < scrapeTokenCharsMin) {
        throw new Error(`${file} holds less than ${scrapeTokenCharsMin} characters`);
      }
      told = '';
      return token;
    } catch (error) {
      const reason = reasonOf(error);
      // Prometheus asks again and again; once is enough.
      if (reason !== told) onTrouble(reason);
      told = reason;
      return null;
    }
  }

  return {
    async isIt(token) {
      const right = await known();
      return right !== null && isSame(token, right);
    },
  };
}
