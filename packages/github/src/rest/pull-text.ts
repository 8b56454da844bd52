/**
 * The body of a pull request: what bzzz says stands between two marks that GitHub does not show. What people wrote
 * around them is theirs and stays, whatever bzzz says anew; so does the title. Without marks, or with marks that somebody
 * made more of, nothing of what stands there is lost either: a body that an earlier release wrote, which had none, is folded
 * up below the new words, since it tells of a result that stands no more, and what people wrote instead stays on top.
 */
import { isSameText } from './text.ts';

const begin = '<!-- bzzz:result -->';
const end = '<!-- bzzz:result end -->';
/** Every release has ended its words so. */
const earlier = '<sub>`git log bzzz/lock/';
/** What GitHub takes. */
const bodyCharsMax = 65_536;

/** Of a new pull request. */
export function bodyOf(words: string): string {
  return marked(words, bodyCharsMax);
}

/** Of one that has this body. */
export function bodyWith(body: string, words: string): string {
  const before = body.replaceAll('\r\n', '\n');
  const from = before.indexOf(begin);
  const to = before.indexOf(end, from);
  const isOne = before.lastIndexOf(begin) === from && before.lastIndexOf(end) === to;
  if (from >= 0 && to >= 0 && isOne) {
    return around(before.slice(0, from), words, before.slice(to + end.length));
  }
  const rest = before.replaceAll(begin, '').replaceAll(end, '').trim();
  // The same words, from before there were marks.
  if (rest === '' || isSameText(rest, words.trim())) return bodyOf(words);
  if (!rest.includes(earlier)) return around(`${rest}\n\n`, words, '');
  const folded = ['<details><summary>What stood here before</summary>', '', rest, '', '</details>'];
  return around('', words, `\n\n${folded.join('\n')}`);
}

/** Of what is too long the words of bzzz give way: who wants all of them finds them in the journals. */
function around(above: string, words: string, below: string): string {
  return `${above}${marked(words, bodyCharsMax - above.length - below.length)}${below}`;
}

function marked(words: string, charsMax: number): string {
  // Names of files may hold anything.
  const harmless = words.replaceAll('<!-- bzzz:', '<! -- bzzz:');
  const room = Math.max(0, charsMax - begin.length - end.length - 2);
  return `${begin}\n${harmless.slice(0, room).toWellFormed()}\n${end}`;
}
