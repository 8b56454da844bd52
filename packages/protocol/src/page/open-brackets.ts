/** Behind a bracket without its end nobody knows whether words are those of an image, if what follows is left out. */
import type { MarkdownIt, Token } from 'markdown-it';
import { marks } from './marks.ts';

/** `isCut`: whether what follows on a token is left out. */
export function cutAtOpenBrackets(markdown: MarkdownIt, isCut: (token: Token) => boolean): void {
  markdown.core.ruler.after('inline', 'open-brackets', ({ tokens }) => {
    for (const { children } of tokens) {
      const end = children?.findIndex(isCut) ?? -1;
      if (children !== null && end >= 0) cutAtFirst(children.slice(0, end + 1));
    }
  });
}

function cutAtFirst(tokens: readonly Token[]): void {
  const open: { token: Token; at: number }[] = [];
  for (const token of tokens) {
    if (token.type !== 'text') continue;
    const [seen = ''] = token.content.split(marks.cut, 1);
    for (const { 0: bracket, index } of seen.matchAll(/[[\]]/g)) {
      if (bracket === '[') open.push({ token, at: index });
      else open.pop();
    }
  }
  const [first] = open;
  if (first !== undefined) first.token.content = first.token.content.slice(0, first.at) + marks.cut;
}
