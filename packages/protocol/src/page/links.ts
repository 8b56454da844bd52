import { attributeOf, type PageElement } from './tree.ts';

/** `[words](place)`; a link without words is not seen, and one that says its place says it once. */
export function linkOf(link: PageElement, words: string): string {
  if (words.trim() === '') return words;
  const place = attributeOf(link, 'href')?.trim() ?? '';
  const isSaid = ['', 'http://', 'mailto:'].some((scheme) => place === scheme + words);
  return isSaid || !isShown(place) ? words : `[${words}](${place})`;
}

/** The page makes links to nothing else. */
function isShown(place: string): boolean {
  if (place === '' || place.startsWith('#') || /\s/.test(place)) return false;
  return /^(?:https?|mailto):/i.test(place) || !/^[^/?#]*:/.test(place);
}
