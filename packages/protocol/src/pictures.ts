/**
 * Blocks of code that a page shows as a picture: what is written there is not what people see, as with the
 * remarks of a diagram. Each is one word, as an image is. Late where it is not sure of the end of a block: rather a word too
 * few than one that nobody saw.
 */
import { formula } from './formulas.ts';
import { margin } from './margin.ts';

const languages = /^(?:math|mermaid|geojson|topojson|stl)$/i;
/** To the page `&#109;ath` is `math`. */
const isPicture = (language: string) => languages.test(language) || language.includes('&');

export function withoutPictures(text: string): string {
  return withoutElements(withoutBlocks(text));
}

function shownAs(language: string): string {
  return language.toLowerCase() === 'math' ? formula : '[picture]';
}

const fence = new RegExp(`^(${margin})(\`{3,}|~{3,})[ \\t]*([^\\s\`]+)[^\\n]*$`);

function withoutBlocks(text: string): string {
  const kept: string[] = [];
  let ends: ((line: string) => boolean) | undefined;
  for (const line of text.split('\n')) {
    if (ends !== undefined) {
      if (ends(line)) ends = undefined;
      continue;
    }
    const [, before = '', marks = '', language = ''] = fence.exec(line) ?? [];
    if (!isPicture(language)) {
      kept.push(line);
      continue;
    }
    kept.push(before + shownAs(language));
    ends = endOf(before, marks);
  }
  return kept.join('\n');
}

/** The same marks, no further in than the block could be. */
function endOf(before: string, marks: string): (line: string) => boolean {
  const container = /^.*[^ \t][ \t]?/.exec(before)?.[0].length ?? 0;
  const end = new RegExp(`^([ \\t>]*)${marks}${marks[0] ?? ''}*[ \\t]*$`);
  return (line) => {
    const inset = end.exec(line)?.[1];
    return inset !== undefined && inset.replaceAll('\t', '    ').length <= container + 3;
  };
}

const element = /<pre\b((?:[^"'<>]|"[^"]*"|'[^']*')*)>/gi;

/** `<pre lang="mermaid">` is the same block to the page. */
function withoutElements(text: string): string {
  const lower = text.toLowerCase();
  let rest = '';
  let at = 0;
  for (const { 0: open, 1: attributes = '', index } of text.matchAll(element)) {
    const words = attributes.split(/[\s"'=]+/);
    if (index < at || !words.some((word) => isPicture(word.replace(/^language-/, '')))) continue;
    rest += `${text.slice(at, index)}[picture]`;
    const end = lower.indexOf('</pre', index + open.length);
    at = end < 0 ? text.length : end;
  }
  return rest + text.slice(at);
}
