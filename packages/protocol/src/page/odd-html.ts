/**
 * Where two readers of HTML could disagree: a tag in which something odd stands, a comment that nothing ends. Whether people
 * see what follows is then not certain.
 *
 * Takes time in proportion to the text, whatever the text.
 */

const words = String.raw`[^<]+|<(?![A-Za-z/!?])`;
const attribute = String.raw`\s+[^\s"'<>/=]+(?:\s*=\s*(?:[^\s"'=<>${'`'}]+|'[^']*'|"[^"]*"))?`;
const tag = String.raw`<\/?[A-Za-z][A-Za-z0-9-]*(?:${attribute})*\s*\/?>`;
const comment = String.raw`<!--(?!-?>)(?:(?!--!?>)[^])*-->`;
const other = String.raw`<![A-Za-z][^<>]*>|<\?[^<>]*\?>|<!\[CDATA\[[^<>]*\]\]>`;
const piece = new RegExp(`${words}|${tag}|${comment}|${other}`, 'y');

/** The index of the first oddity; undefined: all readers agree. */
export function oddAt(html: string): number | undefined {
  let at = 0;
  while (at < html.length) {
    piece.lastIndex = at;
    const found = piece.exec(html)?.[0].length;
    if (found === undefined) return at;
    at += found;
  }
  return undefined;
}
