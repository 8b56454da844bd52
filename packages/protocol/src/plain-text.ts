/**
 * The words of an issue as a model may read them: what a person sees on the page, without the places
 * where markdown and HTML hide words from people: alternative texts, titles of links, definitions and names of
 * references, attributes, cells too many, what stands behind a fence of code, formulas and diagrams that are drawn. It does so
 * within code too where it is not sure of that, since a reader and a parser need not agree on where code begins; rather a word
 * too few than one that nobody saw.
 *
 * Everything here takes time in proportion to the text, whatever the text.
 */
import { withoutFormulas } from './formulas.ts';
import { guardCode, unguarded } from './code-spans.ts';
import { withoutUnseen } from './issue.ts';
import { withoutEmptyLinks, withoutReferences } from './labels.ts';
import { data, withoutDeclarations, withoutOddRemarks, withoutOddTags } from './html-blocks.ts';
import { margin } from './margin.ts';
import { withoutPictures } from './pictures.ts';
import { pairsIn, placesIn } from './places.ts';
import { withoutExcessCells } from './tables.ts';
import { withoutFarWords, withoutUnseenElements, withoutUnseenReferences } from './unseen.ts';

export function plainText(text: string): string {
  const steps = [
    withoutOddRemarks,
    withoutOddTags,
    // What a table leaves out is decided before anything else is.
    withoutExcessCells,
    withoutUnseen,
    withoutUnseenReferences,
    withoutPictures,
    withoutFormulas,
    withoutFenceWords,
    withoutReferences,
    withoutDeclarations,
    withoutUnseenElements,
    withoutTags,
    withoutImages,
    withoutTitles,
    withoutEmptyLinks,
    withoutExcessCells,
    withoutFarWords,
  ];
  return unguarded(steps.reduce((rest, step) => step(rest), guardCode(text)));
}

/** The word behind a fence names a language to the page and to nobody else. */
function withoutFenceWords(text: string): string {
  const fence = new RegExp(`^(${margin}(?:\`{3,}(?=[^\`\\n]*$)|~{3,}))[^\\n]*$`, 'gm');
  return text.replaceAll(fence, '$1');
}

const tag = new RegExp(`${data.source}|<\\/?[A-Za-z](?:[^"'<>]|"[^"]*"|'[^']*')*>`, 'g');

function withoutTags(text: string): string {
  const rest = text.replaceAll(tag, '');
  for (const { index } of rest.matchAll(new RegExp(`^${margin}</?[A-Za-z]`, 'gm'))) {
    // To the page such a line is HTML, and a reader of HTML looks for the end of the value for ever.
    if (hasOpenValue(rest, rest.indexOf('<', index))) return rest.slice(0, index);
  }
  return rest;
}

/** Whether the tag that begins here holds a quote that nothing closes. */
function hasOpenValue(text: string, start: number): boolean {
  for (let at = start + 1; at < text.length; at += 1) {
    const one = text[at];
    if (one === '<' || one === '>') return false;
    if (one !== '"' && one !== "'") continue;
    at = text.indexOf(one, at + 1);
    if (at === -1) return true;
  }
  return false;
}

/** `![alternative](place "title")`, `![alternative][reference]`, `![alternative]`. */
function withoutImages(text: string): string {
  const pairs = pairsIn(text, '[', ']');
  const placeAt = placesIn(text);
  let rest = '';
  let at = 0;
  for (let start = text.indexOf('!['); start !== -1; start = text.indexOf('![', start + 1)) {
    const close = pairs.get(start + 1);
    if (start < at || close === undefined) continue;
    const reference = text[close + 1] === '[' ? pairs.get(close + 1) : undefined;
    rest += `${text.slice(at, start)}[image]`;
    at = placeAt(close + 1)?.end ?? (reference ?? close) + 1;
  }
  return rest + text.slice(at);
}

/** `[words](place "title")`; of what is no link to the page, what stands behind the place. */
function withoutTitles(text: string): string {
  const placeAt = placesIn(text);
  let rest = '';
  let at = 0;
  for (let start = text.indexOf('](', at); start !== -1; start = text.indexOf('](', at)) {
    const place = placeAt(start + 1);
    rest += `${text.slice(at, start)}](${place?.address ?? ''}`;
    at = place === undefined ? start + 2 : place.end;
    if (place !== undefined) rest += ')';
  }
  return rest + text.slice(at);
}
