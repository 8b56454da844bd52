/** `1 peer`, `2 peers` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `4,310` */
export function grouped(number: number): string {
  return number.toLocaleString('en-US');
}

/** The last eight characters of a peer id tell peers apart; the first are the same for all. */
export function shortId(id: string): string {
  return id.slice(-8);
}
