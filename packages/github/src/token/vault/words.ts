/** Words of Vault, or of what stands in its place, as they may be shown: it may repeat what it was sent. */
import type { VaultRequest } from './exchange.ts';

const charsMax = 200;
/** Of more nothing is shown, and to search it would take long. */
const searchedMax = 4_096;

/** Tokens of Vault and of GitHub, JWTs, and anything else that is long and looks drawn: ids of secrets are UUIDs. */
const tokenLike =
  /\b(?:hv[sbr]|[sbr])\.[\w.-]{8,}|\bey[JK][\w.+/=-]{8,}|\b(?:gh[a-z]_|github_pat_)\w{8,}|(?=[\w+=-]*\d)[\w+=-]{20,}/g;

export function shownWords(said: string, { token, body }: Sent): string {
  const sent = [token, ...Object.entries(body ?? {}).map(secretOf)].filter(
    (secret) => secret !== undefined,
  );
  let words = firstWords(said);
  for (const secret of sent) words = words.replaceAll(secret, '<secret>');
  words = words.replaceAll(tokenLike, '<secret>').replaceAll(/[\p{C}\s]+/gu, ' ');
  return words.trim().slice(0, charsMax);
}

/** A word that would be cut could not be told as a secret any more. */
function firstWords(said: string): string {
  return said.length <= searchedMax ? said : said.slice(0, searchedMax).replace(/\S*$/, '');
}

type Sent = Pick<VaultRequest, 'token' | 'body'>;

/** The name of a role says what to look at. */
function secretOf([name, value]: [string, unknown]): string | undefined {
  const isSecret = name === 'secret_id' || name === 'jwt';
  return isSecret && typeof value === 'string' && value !== '' ? value : undefined;
}
