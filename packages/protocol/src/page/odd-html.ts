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
const other = String.raw`<![A-Z]+\s[^<>${'`'}]*>|<\?[^<>${'`'}]*\?>|<!\[CDATA\[[^<>${'`'}]*\]\]>`;
const piece = new RegExp(`${words}|${tag}|${comment}|${other}`, 'y');

/** The index of the first oddity; undefined: all readers agree. */
function oddAt(html: string): number | undefined {
  let at = 0;
  while (at < html.length) {
    piece.lastIndex = at;
    const found = piece.exec(html)?.[0].length;
    if (found === undefined) return at;
    at += found;
  }
  return undefined;
}

/** A block that begins with one of these goes on behind the end of a `textarea` for some releases of CommonMark. */
const long =
  /^\s*<(?:script|pre|style)(?:[\s>]|$)(?:(?!<\/(?:script|pre|style)>)[^])*?<\/textarea>/i;

export function oddInBlock(html: string): number | undefined {
  const isLong = html.length > 0 && long.test(html);
  return isLong ? html.search(/<\/textarea>/i) : oddAt(html);
}

/** In mid-paragraph earlier releases of CommonMark know no comment with two dashes in it, or a dash before its end. */
export function oddInLine(html: string): number | undefined {
  return html.startsWith('<!--') && html.slice(4, -2).includes('--') ? 0 : oddAt(html);
}

const loneTag = new RegExp(`^(?:${tag})[ \\t]*$`);

export function isLoneTag(line: string): boolean {
  return line.startsWith('<') && loneTag.test(line);
}

/** Releases of CommonMark disagree where a block ends that begins so. */
const disputed = /^<\/?(?:textarea|search|source)(?![A-Za-z0-9-])/i;

export function isDisputed(line: string): boolean {
  return disputed.test(line);
}

/** With no other tag, no code and blank lines around it, all the words are seen wherever it ends; its own tag is shown as words. */
const harmless =
  /(?:^|\n[ \t]*\n)<textarea(?:[^\S\n][^<>\n]*)?>[^<`~]*(?:<\/textarea>[ \t]*(?=\n[ \t]*(?:\n|$)|$)|$)/iy;

export function isHarmlessAt(text: string, at: number): boolean {
  const before = /\n[ \t]*\n$/.exec(text.slice(Math.max(0, at - 100), at))?.[0].length ?? 0;
  harmless.lastIndex = at - before;
  return harmless.test(text);
}
