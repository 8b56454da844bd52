import { block, trimmed } from './blocks.ts';
import { isElement, isUnseen, type PageElement, type PageNode } from './tree.ts';

/** `inner`: the words of some nodes. Cells that hold more than a line stand one below the other. */
export function tableOf(table: PageElement, inner: (nodes: readonly PageNode[]) => string): string {
  const rows: string[][] = [];
  let besides = '';
  collect(table.childNodes);
  const isGrid = rows.flat().every((cell) => !cell.includes('\n'));
  const words = isGrid ? gridOf(rows) : rows.flat().map(block).join('');
  return block(`${besides}\n\n${words}`);

  function collect(nodes: readonly PageNode[]): void {
    for (const node of nodes) {
      if (!isElement(node)) continue;
      if (isUnseen(node)) continue;
      if (/^(?:thead|tbody|tfoot)$/.test(node.tagName)) collect(node.childNodes);
      else if (node.tagName === 'tr')
        rows.push(cellsOf(node).map((cell) => trimmed(inner(cell.childNodes)).trim()));
      else besides += inner([node]);
    }
  }
}

function cellsOf(row: PageElement): PageElement[] {
  return row.childNodes.filter((node) => isElement(node)).filter((node) => !isUnseen(node));
}

function gridOf(rows: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const lines = [head, head.map(() => '-'), ...rest].map((cells) => `| ${cells.join(' | ')} |`);
  return head.length === 0 ? '' : lines.join('\n');
}
