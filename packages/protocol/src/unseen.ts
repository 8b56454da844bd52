/** What stands on a page where nobody looks: in elements that show nothing, too small, far to the right, behind a fold. */
import { visibleText } from './issue.ts';

/** `<rp>` is for browsers of long ago; a film has words for those that cannot show it. */
const silent = /^(?:rp|audio|video)$/;
const small = /^(?:sub|sup|small)$/;
/** Each is drawn at three quarters of what is around it. */
const smallMax = 3;
const element =
  /<(\/?)(details|ruby|rp|rt|audio|video|sub|sup|small)\b((?:[^"'<>]|"[^"]*"|'[^']*')*)>|\n[ \t>]*\n/gi;

/**
 * The words of a fold stay, with a mark: people unfold a log. Those of an element that shows nothing go, up to its
 * end or a blank line.
 */
export function withoutUnseenElements(text: string): string {
  let rest = '';
  let at = 0;
  let depth = 0;
  let within: string | undefined;
  for (const { 0: whole, 1: slash, 2: tag = '', 3: attributes = '', index } of text.matchAll(
    element,
  )) {
    if (within === undefined && depth <= smallMax) rest += text.slice(at, index);
    at = index + whole.length;
    const name = tag.toLowerCase();
    const isEnd = slash === '/';
    if (within !== undefined && !(name === within || (within === 'rp' ? /^r/ : /^$/).test(name))) {
      continue;
    }
    within = !isEnd && silent.test(name) ? name : undefined;
    if (small.test(name)) depth = Math.max(0, depth + (isEnd ? -1 : 1));
    if (name === '') rest += whole;
    if (name === 'details') rest += foldMark(isEnd, attributes);
  }
  return within === undefined && depth <= smallMax ? rest + text.slice(at) : rest;
}

function foldMark(isEnd: boolean, attributes: string): string {
  if (isEnd) return '\n[end of the fold]\n';
  const names = attributes
    .replaceAll(/"[^"]*"|'[^']*'/g, '')
    .toLowerCase()
    .split(/[\s=/]+/);
  return names.includes('open') ? '\n' : '\n[folded on the page]\n';
}

/** In a block of code such a line goes on where nobody has scrolled to. */
export function withoutFarWords(text: string): string {
  return text.replaceAll(/(?<![^\S\n])[^\S\n]{120,}\S.*/g, ' [far to the right]');
}

const named =
  /&(?:zwj|zwnj|shy|lrm|rlm|ZeroWidthSpace|NoBreak|InvisibleTimes|InvisibleComma|ApplyFunction|af|it|ic);/g;
const numbered = /&#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}));/g;

/** `&#xE0041;` is a letter that shows nothing, and a model can read it. */
export function withoutUnseenReferences(text: string): string {
  return text
    .replaceAll(named, '')
    .replaceAll(numbered, (whole, hex?: string, decimal?: string) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      const isCharacter = code > 0 && code <= 0x10_ff_ff;
      return isCharacter && visibleText(String.fromCodePoint(code)) === '' ? '' : whole;
    });
}
