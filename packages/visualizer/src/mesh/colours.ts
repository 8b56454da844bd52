/** The colours of the page's sheet, for what is not drawn by it. */

const names = [
  'idle',
  'working',
  'helping',
  'paused',
  'unknown',
  'suspected',
  'dead',
  'stopped',
  'edge',
  'edge-quiet',
  'flow',
  'text',
  'muted',
  'panel',
  'accent',
] as const;

export type Colours = Readonly<Record<(typeof names)[number], string>>;

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(`--graph-${name}`).trim();
  // Every name has its entry, which the type of `fromEntries` does not say.
  return Object.fromEntries(names.map((name) => [name, read(name)])) as Colours;
}
