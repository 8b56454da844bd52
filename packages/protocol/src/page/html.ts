/**
 * The HTML that the page makes of a text: markdown as GitHub reads it, with the tags that stand in it. What of that is
 * seen, `words.ts` decides.
 */
import MarkdownIt, { type Env, type Token } from 'markdown-it';
import { namesOf, leaveNotesOut } from './footnotes.ts';
import { readBlocksAsGitHub, TooMuch } from './github-blocks.ts';
import { readInlineAsGitHub } from './github-inline.ts';
import { marks, unmarked } from './marks.ts';
import { readFormulas } from './math.ts';
import { oddInBlock, oddInLine } from './odd-html.ts';
import { cutAtOpenBrackets } from './open-brackets.ts';

interface Page {
  readonly html: string;
  /** Whether what follows is left out, since two readers could disagree on it. */
  readonly isCut: boolean;
}

/** Undefined: there is too much in it to be sure of anything. */
export function pageOf(text: string): Page | undefined {
  const env: Env = {};
  try {
    const html = markdown.render(asLetters(withCutBeforeOddBlanks(unmarked(text))), env);
    if ([...Object.keys(env.references ?? {}), ...namesOf(env)].some(isOdd)) return undefined;
    const end = html.indexOf(marks.cut);
    return end === -1 ? { html, isCut: false } : { html: html.slice(0, end), isCut: true };
  } catch (error) {
    if (error instanceof TooMuch) return undefined;
    throw error;
  }
}

/**
 * Some take these for the blanks of a tag or of a place, and others for letters: in doubt is what stands in one paragraph with them.
 * What follows is read all the same, for the places that it names.
 */
function withCutBeforeOddBlanks(text: string): string {
  const at = text.search(/[\v\f]/);
  if (at === -1) return text;
  const lines = text.slice(0, at).split(/\r\n|\r|\n/);
  const blank = lines.findLastIndex(
    (line, index) => index < lines.length - 1 && !/[^ \t]/.test(line),
  );
  const before = lines.slice(0, blank + 1).join('\n');
  const behind = lines.slice(blank + 1).join('\n') + text.slice(at).replaceAll(/[\v\f]/g, ' ');
  return `${before}\n\n${marks.cut}\n\n${behind}`;
}

/** Of what is blank, or no letter, two readers have other lists; of a few of them not even where they may stand. */
function asLetters(text: string): string {
  return text
    .replaceAll(/[^\P{Cc}\n\r\t]|\uFEFF/gu, marks.unseen)
    .replaceAll(/[\u2028\u2029]/g, marks.line)
    .replaceAll(/[^\S \t\n\r]/g, marks.blank);
}

/** Whether code may begin in the name of a place, where it is not certain what goes first. */
function isOdd(name: string): boolean {
  return name.includes('<') || (name.match(/`+/g) ?? []).length % 2 === 1;
}

// Addresses need not become links: their words are the same.
const markdown = new MarkdownIt('default', { html: true, linkify: false });
markdown.use(readBlocksAsGitHub).use(leaveNotesOut).use(readFormulas).use(readInlineAsGitHub);
// Which places become links is decided where they are written down; to markdown they all are.
markdown.validateLink = () => true;

const cutPlace = markdown.normalizeLink(marks.cut);
const placesCharsMax = 100_000;
const placesOf = new WeakMap<object, number>();

const rules: Readonly<Record<string, (token: Token, env: object) => string>> = {
  // What is told of it in words is not seen.
  image: (image) => (isCutPlace(image.attrGet('src')) ? marks.cut : '<img>'),
  html_block: ({ content }) => tags(content, oddInBlock(content)),
  html_inline: ({ content }) => tags(content, oddInLine(content)),
  cut: () => marks.cut,
  link_open(link, env) {
    const place = String(link.attrGet('href') ?? '');
    if (isCutPlace(place)) return marks.cut;
    const chars = (placesOf.get(env) ?? 0) + place.length;
    placesOf.set(env, chars);
    // One long place can be named thousands of times.
    return chars > placesCharsMax ? '<a>' : `<a href="${markdown.utils.escapeHtml(place)}">`;
  },
  // One that begins no formula does not afterwards either.
  text_special: ({ markup, content }) =>
    markup === '\\$' ? markup : markdown.utils.escapeHtml(content),
};
for (const [name, rule] of Object.entries(rules)) {
  markdown.renderer.rules[name] = (tokens, at, _, env = {}) => {
    const token = tokens[at];
    return token === undefined ? '' : rule(token, env);
  };
}

cutAtOpenBrackets(
  markdown,
  (token) =>
    token.content.includes(marks.cut) ||
    isCutPlace(token.attrGet('href') ?? token.attrGet('src')) ||
    (token.type === 'html_inline' && oddInLine(token.content) !== undefined),
);

function isCutPlace(place: string | number | null): boolean {
  return place === cutPlace;
}

function tags(html: string, odd: number | undefined): string {
  const certain = odd === undefined ? html : html.slice(0, odd) + marks.cut;
  return certain.replaceAll(shownAsWords, '&lt;');
}

/** https://github.github.com/gfm/#disallowed-raw-html-extension- */
const shownAsWords =
  /<(?=\/?(?:title|textarea|style|xmp|iframe|noembed|noframes|script|plaintext)(?:[\s/>]|$))/gi;
