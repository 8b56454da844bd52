/** Where GitHub, or a release of it, sees the definition of a place, and markdown-it none, and what follows on one. */
import type { MarkdownIt, StateBlock } from 'markdown-it';
import {
  cutAt,
  indentOfCode,
  insetOf,
  lineOf,
  type Rule,
  type Silent,
  startOf,
} from './block-rules.ts';
import { isUnbalancedIn } from './github-places.ts';
import { isBars } from './github-tables.ts';
import { isLoneTag } from './odd-html.ts';

/** The rules of markdown-it. */
interface Rules {
  readonly reference: Rule;
  readonly paragraph: Rule;
}

export function readDefinitionsAsGitHub(
  { block: { ruler } }: MarkdownIt,
  { reference, paragraph }: Rules,
): void {
  ruler.at('reference', withWordsBehind(withoutOddPlaces(reference), paragraph));
  ruler.before('reference', 'task', cutAtOddTask, { alt: ['paragraph', 'reference'] });
}

/** Some take the mark of a task away before they look for what a paragraph can begin with. */
function cutAtOddTask(state: StateBlock, line: number, end: number, silent: Silent): boolean {
  if (silent || state.blkIndent === 0) return false;
  const [mark] = /^\[[ xX]\][ \t]+(?=[[|])/.exec(lineOf(state, line)) ?? [];
  if (mark === undefined) return false;
  const from = startOf(state, line) + mark.length;
  const isTable = state.src[from] === '|' && line + 1 < end && isBars(lineOf(state, line + 1));
  return (isTable || isDefinitionAt(state.src, from)) && cutAt(state, line, silent);
}

const definition = /\[(?:\\[^]|[^\\[\]]){1,1000}\]:\s*(?:<[^\n]*>|[^\s<]\S*)[ \t]*(?:\n|$|["'(])/y;

function isDefinitionAt(text: string, at: number): boolean {
  definition.lastIndex = at;
  return definition.test(text);
}

/** Longer by one than the name of a place may be to others. */
const longName = /\[(?:\\[^]|[^\\[\]]){999,1000}\]:/y;

function withoutOddPlaces(reference: Rule): Rule {
  return (state, line, end, silent) => {
    if (!reference(state, line, end, silent)) {
      longName.lastIndex = startOf(state, line);
      return !silent && longName.test(state.src) && cutAt(state, line, silent);
    }
    const isOdd = isUnbalancedIn(
      state.src.slice(startOf(state, line), state.eMarks[state.line - 1]),
    );
    if (!silent && isOdd) state.push('cut', '', 0);
    return true;
  };
}

/** What follows on a definition is of the same paragraph: no code, and no block of HTML that could end none. */
function withWordsBehind(reference: Rule, paragraph: Rule): Rule {
  return (state, first, end, silent) => {
    if (!reference(state, first, end, silent)) return false;
    const { line } = state;
    if (silent || line >= end || state.isEmpty(line)) return true;
    const isOther =
      insetOf(state, line) >= indentOfCode ||
      (insetOf(state, line) >= 0 && isLoneTag(lineOf(state, line)));
    const ends = state.md.block.ruler.getRules('paragraph');
    if (isOther && !ends.some((rule) => rule(state, line, end, true)))
      paragraph(state, line, end, false);
    return true;
  };
}
