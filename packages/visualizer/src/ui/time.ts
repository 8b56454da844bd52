/** Times for people. */

/** `850 ms`, `12 s`, `3 min`, `2 h`, `5 d`. */
export function spanText(ms: number): string {
  const positive = Math.max(0, ms);
  if (positive < 1000) return `${Math.round(positive)} ms`;
  if (positive < 60_000) return `${Math.floor(positive / 1000)} s`;
  if (positive < 3_600_000) return `${Math.floor(positive / 60_000)} min`;
  if (positive < 86_400_000) return `${Math.floor(positive / 3_600_000)} h`;
  return `${Math.floor(positive / 86_400_000)} d`;
}

/** How long something took: `0.4 s`, `12.3 s`, `3 min`. */
export function secondsText(ms: number): string {
  return ms < 60_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : spanText(ms);
}

export function agoText(ms: number): string {
  return ms < 1000 ? 'now' : `${spanText(ms)} ago`;
}

/** `14:03:22`, by the clock of whoever looks. */
export function clockText(ms: number): string {
  const at = new Date(ms);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
}

/** `14:03:22.045` */
export function preciseText(ms: number): string {
  return `${clockText(ms)}.${String(new Date(ms).getMilliseconds()).padStart(3, '0')}`;
}

/** `29 Nov 14:03:22` */
export function dateText(ms: number): string {
  const at = new Date(ms);
  const month = at.toLocaleString('en-GB', { month: 'short' });
  return `${at.getDate()} ${month} ${clockText(ms)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
