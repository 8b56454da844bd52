/** For how long the forge wants not to be asked, by the headers of its answer. */

/** What GitHub asks for when it names no time. */
export const unnamedWaitMs = 60_000;

type Headers = Readonly<Record<string, string | number | undefined>>;

/** Undefined: it names no time. */
export function waitOf(headers: Headers): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  if (Number.isFinite(seconds) && seconds >= 0) return Math.ceil(seconds * 1000);
  if (String(headers['x-ratelimit-remaining']) !== '0') return undefined;
  const resetMs = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000;
  // Both ends on the forge's clock, whatever ours says; a second more, since it tells whole ones.
  const nowMs = Date.parse(String(headers['date'] ?? ''));
  if (!Number.isFinite(resetMs) || !Number.isFinite(nowMs)) return unnamedWaitMs;
  return Math.max(0, resetMs - nowMs) + 1000;
}
