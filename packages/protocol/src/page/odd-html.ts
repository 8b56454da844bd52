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

/** In mid-paragraph earlier releases of CommonMark know no comment with two dashes in it. */
export function oddInLine(html: string): number | undefined {
  return html.startsWith('<!--') && html.slice(4, -3).includes('--') ? 0 : oddAt(html);
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
