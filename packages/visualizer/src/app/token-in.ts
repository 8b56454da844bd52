/** The token in what somebody typed or pasted: it alone, or the whole link of `bzzz open`. Null: there is none. */
export function tokenIn(text: string): string | null {
  const told = text.trim();
  const hash = told.indexOf('#');
  if (hash === -1) return told === '' ? null : told;
  return tokenOfHash(told.slice(hash));
}

/** `#token=…`, as it stands in an address. */
export function tokenOfHash(hash: string): string | null {
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token')?.trim() ?? '';
  return token === '' ? null : token;
}
