/** Names of references, of which the page shows the words or a number, and links in which there is nothing to see. */
import { withoutDefinitions } from './definitions.ts';
import { placesIn } from './places.ts';

const label = String.raw`((?:[^\[\]\\]|\\[^])+)`;
const defined = new RegExp(String.raw`\[${label}\]:`, 'g');
const used = new RegExp(String.raw`(\[\s*)?\]\[${label}\]|\[\^${label}\]`, 'g');

/** `[words][name]` and `[^name]`, where something has that name; and what it is the name of. */
export function withoutReferences(text: string): string {
  const names = new Set([...text.matchAll(defined)].map(([, name = '']) => keyOf(name)));
  return withoutDefinitions(text).replaceAll(
    used,
    (whole, empty?: string, name?: string, note?: string) => {
      if (note !== undefined) return names.has(keyOf(`^${note}`)) ? '[note]' : whole;
      if (name === undefined || !names.has(keyOf(name))) return whole;
      return empty === undefined ? ']' : '';
    },
  );
}

/** The page knows no case and no blanks in them; marks of quotes may stand at the beginning of their lines. */
function keyOf(name: string): string {
  return name
    .replaceAll(/[\s>]+/g, '')
    .toLowerCase()
    .toUpperCase();
}

/** `[](place)` */
export function withoutEmptyLinks(text: string): string {
  const placeAt = placesIn(text);
  let rest = '';
  let at = 0;
  for (const { 0: whole, index } of text.matchAll(/\[\s*\](?=\()/g)) {
    const place = index < at ? undefined : placeAt(index + whole.length);
    if (place === undefined) continue;
    rest += text.slice(at, index);
    at = place.end;
  }
  return rest + text.slice(at);
}
