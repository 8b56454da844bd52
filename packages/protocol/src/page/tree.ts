/** The tree that a browser makes of HTML, as far as it is of a bearable size, and which elements of it show nothing. */
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, html, parseFragment } from 'parse5';

export type PageNode = DefaultTreeAdapterTypes.ChildNode;
export type PageElement = DefaultTreeAdapterTypes.Element;

/** What is left open is opened anew in each paragraph, so that a short text can ask for millions. */
const elementsMax = 50_000;

class TooMany extends Error {}

/** Undefined: there are too many elements. */
export function treeOf(page: string): readonly PageNode[] | undefined {
  let count = 0;
  const treeAdapter: typeof defaultTreeAdapter = {
    ...defaultTreeAdapter,
    createElement(...of) {
      count += 1;
      if (count > elementsMax) throw new TooMany();
      return defaultTreeAdapter.createElement(...of);
    },
  };
  const around = defaultTreeAdapter.createElement('div', html.NS.HTML, []);
  try {
    return parseFragment(around, page, { treeAdapter, scriptingEnabled: false }).childNodes;
  } catch (error) {
    if (error instanceof TooMany) return undefined;
    throw error;
  }
}

export function isElement(node: PageNode): node is PageElement {
  return 'tagName' in node;
}

export function elementsIn(node: PageElement): PageElement[] {
  return node.childNodes.filter((one) => isElement(one));
}

export function attributeOf({ attrs }: PageElement, name: string): string | undefined {
  return attrs.find((one) => one.name === name)?.value;
}

/**
 * For browsers of long ago, for those that cannot show something, or shown only once something is done; in `bdo` the letters
 * run the other way.
 */
const silent = new Set(
  'audio bdo canvas datalist dialog head math meter noscript object progress rp select svg template video'.split(
    ' ',
  ),
);

/** The page shows footnotes where nobody reads on, and not as part of what was said. */
export function isUnseen(node: PageElement): boolean {
  const has = (name: string) => attributeOf(node, name) !== undefined;
  return silent.has(node.tagName) || has('hidden') || has('data-footnotes');
}
