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
