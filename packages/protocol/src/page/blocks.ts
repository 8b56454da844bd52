/** Words of a page that stand for themselves, written as markdown. */
import { attributeOf, isElement, isUnseen, type PageElement, type PageNode } from './tree.ts';

export function block(words: string): string {
  return `\n\n${words}\n\n`;
}

/** At most one empty line, none at the ends. */
export function trimmed(words: string): string {
  const lines = words.split('\n').map((line) => line.trimEnd());
  return lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replace(/^\n+/, '')
    .trimEnd();
}

export function headingOf(rank: number, words: string): string {
  const text = trimmed(words).trim();
  if (text === '') return '';
  // Only one that is underlined has several lines.
  return block(
    text.includes('\n') ? `${text}\n${rank === 1 ? '===' : '---'}` : `${'#'.repeat(rank)} ${text}`,
  );
}

export function quoteOf(words: string): string {
  const lines = trimmed(words).split('\n');
  return block(lines.map((line) => `> ${line}`.trimEnd()).join('\n'));
}

/** `inner`: the words of some nodes. */
export function itemsOf(list: PageElement, inner: (nodes: readonly PageNode[]) => string): string {
  const isNumbered = list.tagName === 'ol';
  let number = Number.parseInt(attributeOf(list, 'start') ?? '1', 10) || 1;
  const items = list.childNodes.map((node) => {
    if (!isElement(node) || node.tagName !== 'li') return trimmed(inner([node]));
    if (isUnseen(node)) return '';
    const mark = isNumbered ? `${number++}. ` : '- ';
    const text = trimmed(inner(node.childNodes)).trimStart();
    return `${mark}${text.replaceAll(/\n(?!\n|$)/g, `\n${' '.repeat(mark.length)}`)}`.trimEnd();
  });
  return block(items.filter((item) => item !== '').join('\n'));
}
