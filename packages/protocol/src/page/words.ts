/**
 * The words that are seen of a page, written as markdown. What is no word in the tree (a comment, a title, the text of an
 * image, the language of a block of code) has no way in.
 */
import { block, headingOf, itemsOf, quoteOf } from './blocks.ts';
import { type Keep, keptCode } from './code.ts';
import { linkOf } from './links.ts';
import { tableOf } from './table.ts';
import {
  attributeOf,
  elementsIn,
  isElement,
  isUnseen,
  type PageElement,
  type PageNode,
} from './tree.ts';

interface Around {
  readonly depth: number;
  /** How often what is around it is drawn at three quarters of the size. */
  readonly shrunk: number;
}

/** Quotes and lists set each line further in, so that a short text would make a long one. */
const depthMax = 40;
/** Nobody reads what is smaller. */
const shrunkMax = 3;

const small = new Set(['sub', 'sup', 'small']);
const blocks = new Set(
  'address article aside caption center dd div dl dt fieldset figcaption figure footer form header h7 h8 legend main nav p section summary'.split(
    ' ',
  ),
);
const marks = new Map([
  ...['em', 'i'].map((name) => [name, '*'] as const),
  ...['strong', 'b'].map((name) => [name, '**'] as const),
  ...['del', 's', 'strike'].map((name) => [name, '~~'] as const),
]);

export function wordsOf(page: readonly PageNode[], keep: Keep): string {
  return within(page, { depth: 0, shrunk: 0 });

  function within(nodes: readonly PageNode[], around: Around): string {
    return nodes.map((node) => wordsIn(node, around)).join('');
  }

  function wordsIn(node: PageNode, { depth, shrunk }: Around): string {
    if ('value' in node) return node.value;
    if (!isElement(node) || isUnseen(node)) return '';
    if (depth === depthMax) return ' [too deep to be read] ';
    const inside = { depth: depth + 1, shrunk: small.has(node.tagName) ? shrunk + 1 : shrunk };
    if (inside.shrunk > shrunkMax) return '';
    return written(node, (nodes = node.childNodes) => within(nodes, inside));
  }

  function written(node: PageElement, inner: (nodes?: readonly PageNode[]) => string): string {
    const { tagName: name } = node;
    const mark = marks.get(name);
    if (mark !== undefined) return marked(inner(), mark);
    if (blocks.has(name)) return block(inner());
    if (/^h[1-6]$/.test(name)) return headingOf(Number(name[1]), inner());
    switch (name) {
      case 'br':
        return '\n';
      case 'hr':
        return block('---');
      case 'img':
        return '[image]';
      case 'input':
        return boxOf(node);
      case 'a':
        return linkOf(node, inner());
      case 'sub':
      case 'sup':
        return smallOf(node, inner());
      case 'q':
        return `"${inner()}"`;
      case 'code':
      case 'tt':
        return keptOf(inner(), keep);
      case 'pre':
      case 'listing':
        return block(keptCode(node, keep));
      case 'blockquote':
        return quoteOf(inner());
      case 'ul':
      case 'ol':
        return itemsOf(node, inner);
      case 'table':
        return tableOf(node, inner);
      case 'details':
        return foldOf(node, inner());
      default:
        return inner();
    }
  }
}

/** Marks stand at words, and not over several blocks. */
function marked(words: string, mark: string): string {
  const [, before = '', rest = ''] = /^(\s*)([^]*)$/.exec(words) ?? [];
  const trimmed = rest.trimEnd();
  if (trimmed === '' || trimmed.includes('\n\n')) return words;
  return `${before}${mark}${trimmed}${mark}${rest.slice(trimmed.length)}`;
}

/** Of a list of tasks. */
function boxOf(node: PageElement): string {
  if (attributeOf(node, 'type') !== 'checkbox') return '';
  return attributeOf(node, 'checked') === undefined ? '[ ]' : '[x]';
}

function smallOf(node: PageElement, words: string): string {
  const isNote = elementsIn(node).some(
    (one) => attributeOf(one, 'data-footnote-ref') !== undefined,
  );
  if (isNote) return '[note]';
  return words.trim() === '' ? words : `<${node.tagName}>${words}</${node.tagName}>`;
}

/** In a paragraph. */
function keptOf(words: string, keep: Keep): string {
  const line = words.replaceAll(/\s*\n\s*/g, ' ');
  if (line === '') return '';
  const runs = [...line.matchAll(/`+/g)].map(([run]) => run.length);
  const ticks = '`'.repeat(
    [1, 2, 3].find((count) => !runs.includes(count)) ?? Math.max(...runs) + 1,
  );
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return keep(ticks + pad + line + pad + ticks);
}

/** People unfold a log; that it was folded is said. */
function foldOf(node: PageElement, words: string): string {
  const isOpen = attributeOf(node, 'open') !== undefined;
  return block(`${isOpen ? '' : '[folded on the page]\n'}${words.trim()}\n[end of the fold]`);
}
