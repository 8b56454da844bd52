import { printable } from '../terminal.ts';

/** `1 peer`, `2 peers` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `12 %`, of a load or another share; more than 100 % where more waits than there are cores. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** `4,310` */
export function grouped(number: number): string {
  return number.toLocaleString('en-US');
}

/** `1 h 30 min`: all of it, where what is rounded down would be untrue. */
export function lasting(minutes: number): string {
  const parts = [
    [Math.floor(minutes / 1_440), 'd'],
    [Math.floor(minutes / 60) % 24, 'h'],
    [minutes % 60, 'min'],
  ] as const;
  const said = parts.flatMap(([number, unit]) => (number > 0 ? [`${number} ${unit}`] : []));
  return said.join(' ') || '0 min';
}

/** The last eight characters of a peer id tell peers apart; the first are the same for all. */
export function shortId(id: string): string {
  return id.slice(-8);
}

/** Who wrote an entry: a name where it is known. */
export function authorOf(one: {
  readonly name: string | null;
  readonly peer: string | null;
}): string {
  if (one.name !== null) return printable(one.name);
  return one.peer === null ? 'unknown' : shortId(one.peer);
}
