/** `1 peer`, `2 peers` */
export function countText(number: number, noun: string): string {
  return `${groupedText(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** `4,310` */
export function groupedText(number: number): string {
  return number.toLocaleString('en-US');
}

/** `12 %` */
export function shareText(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** From there on a peer raises an alert. */
export const scarceFrom = { cpu: 0.9, memory: 0.85, disk: 0.9 } as const;

/** Why it may be more than 100 %. */
export const loadHint =
  'Programs that ran or waited in the last minute, for each core: above 100 % some of them wait.';

/** `7.6 GiB`, by powers of 1024 as everywhere in bzzz. */
export function bytesText(bytes: number): string {
  const steps = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let left = bytes;
  let step = 0;
  while (left >= 1024 && step < steps.length - 1) {
    left /= 1024;
    step += 1;
  }
  return `${left >= 100 || step === 0 ? Math.round(left) : left.toFixed(1)} ${steps[step] ?? ''}`;
}

/** Words for people out of a list; a long one ends with how many more there are. */
export function listText(items: readonly string[], max = 8): string {
  if (items.length === 0) return 'none';
  const more = items.length - max;
  return more > 0 ? `${items.slice(0, max).join(', ')} and ${more} more` : items.join(', ');
}
