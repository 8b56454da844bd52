/** The place of a link in which a parenthesis stays open: one to some releases of GitHub's reader, and none to others. */
import type { MarkdownIt } from 'markdown-it';
import { marks } from './marks.ts';

/** Such a place is read, and is `marks.cut`. */
export function readPlacesAsGitHub(markdown: MarkdownIt): void {
  const { parseLinkDestination } = markdown.helpers;
  const parse: typeof parseLinkDestination = (text, start, max) => {
    const found = parseLinkDestination(text, start, max);
    const end = found.ok ? undefined : endOf(text, start, max);
    return end === undefined ? found : { ok: true, pos: end, str: marks.cut };
  };
  markdown.helpers = { ...markdown.helpers, parseLinkDestination: parse };
}

const place = /[^\s<)]\S*/y;

function endOf(text: string, start: number, max: number): number | undefined {
  place.lastIndex = start;
  const found = place.exec(text)?.[0] ?? '';
  const end = start + found.length;
  return found.includes('(') && end <= max ? end : undefined;
}

/** Whether the place of a definition may be such. */
export function isUnbalancedIn(definition: string): boolean {
  return [...definition.matchAll(/\]:\s*([^\s<]\S*)/g)].some(
    ([, found = '']) => count(found, '(') > count(found, ')'),
  );
}

function count(text: string, one: string): number {
  return text.split(one).length - 1;
}
