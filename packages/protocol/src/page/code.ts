/** Blocks of code. Some the page shows as a picture: what is written there is not what people see, such as the remarks of a diagram. */
import { withoutFarWords } from './far-words.ts';
import { formula } from './formulas.ts';
import {
  attributeOf,
  elementsIn,
  isElement,
  isUnseen,
  type PageElement,
  type PageNode,
} from './tree.ts';

/** Takes code, and gives what stands for it until the words around it are done. */
export type Keep = (code: string) => string;

const pictures = /^(?:language-)?(?:mermaid|geojson|topojson|stl)$/;
const formulas = /^(?:language-)?math$/;

export function keptCode(pre: PageElement, keep: Keep): string {
  const languages = [pre, ...elementsIn(pre)].flatMap((node) =>
    ['class', 'lang'].flatMap(
      (name) =>
        attributeOf(node, name)
          ?.toLowerCase()
          .split(/[\s,]+/) ?? [],
    ),
  );
  if (languages.some((language) => formulas.test(language))) return formula;
  if (languages.some((language) => pictures.test(language))) return '[picture]';
  const code = withoutFarWords(codeIn(pre.childNodes, 0).replace(/\n$/, ''));
  const longest = Math.max(2, ...(code.match(/`{3,}/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return keep(`${fence}\n${code}\n${fence}`);
}

function codeIn(nodes: readonly PageNode[], depth: number): string {
  if (depth > depthMax) return ' [too deep to be read] ';
  return nodes
    .map((node) => {
      if ('value' in node) return node.value;
      if (!isElement(node) || isUnseen(node)) return '';
      return node.tagName === 'br' ? '\n' : codeIn(node.childNodes, depth + 1);
    })
    .join('');
}

const depthMax = 40;
