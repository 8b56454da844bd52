/** An address from a forge that a browser may be sent to; null: it is none, or of another kind. */
export function webLink(url: string): string | null {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  return parsed?.protocol === 'https:' || parsed?.protocol === 'http:' ? parsed.href : null;
}
