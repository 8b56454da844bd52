/**
 * What keeps a peer from its forge, and until when. Told before everything else, since without it
 * nothing is claimed or published; what it knows and what runs here goes on meanwhile. Pure.
 */
import type { PeerView, WatchingView } from '@bzzz/coordination';
import type { Config } from '@bzzz/protocol';
import type { Problem } from '@bzzz/protocol/api';
import { ofCode } from './of-code.ts';
import { span } from './span.ts';

export interface ForgeProblemSources {
  readonly view: Pick<PeerView, 'watching' | 'troubles'>;
  readonly config: Pick<Config, 'forge'>;
}

/** What is told here, and so by nobody else. */
export const forgeCodes: readonly string[] = [
  'forge_unauthorized',
  'forge_unreachable',
  'forge_rate_limited',
];

const never = Number.POSITIVE_INFINITY;
const goesOn = 'work that runs goes on';

export function forgeProblemsOf(sources: ForgeProblemSources): Problem[] {
  return [...refusedOf(sources), ...unreachableOf(sources), ...limitedOf(sources)];
}

function refusedOf({ view }: ForgeProblemSources): Problem[] {
  const told = [...view.troubles, ...view.watching.flatMap(({ trouble }) => trouble ?? [])];
  const refused = told.find(({ code }) => code === 'forge_unauthorized');
  return refused === undefined
    ? []
    : [ofCode('forge_unauthorized', 'error', `The token is refused: ${refused.reason}.`)];
}

function unreachableOf({ view, config }: ForgeProblemSources): Problem[] {
  const { watching, troubles } = view;
  const answeredAgoMs = Math.min(...watching.map((one) => one.answeredAgoMs ?? never));
  const away = watching.filter(({ trouble }) => trouble?.code === 'forge_unreachable');
  // A peer that seldom polls learns of an outage by its tasks; an answer since then takes it back.
  const told = troubles.filter(
    ({ code, toldAgoMs }) => code === 'forge_unreachable' && toldAgoMs < answeredAgoMs,
  );
  if (away.length === 0 && told.length === 0) return [];
  const failing = [...away.flatMap(({ trouble }) => trouble ?? []), ...told];
  const forMs = Math.max(...failing.map((one) => one.forMs));
  // Others are read since this one failed: it is not the whole forge.
  const others = watching.filter(
    (one) => one.trouble === null && (one.answeredAgoMs ?? forMs) < forMs,
  );
  const about = others.length > 0 && away.length > 0 ? ` about ${reposOf(away)}` : '';
  const sinceMs = about === '' ? Math.min(forMs, answeredAgoMs) : forMs;
  const since = answeredAgoMs === never ? 'yet' : `for ${span(Math.max(1_000, sinceMs))}`;
  const retry = away.flatMap(({ trouble }) => trouble?.retryInMs ?? []);
  const again = retry.length === 0 ? '' : ` Tried again ${inSpan(Math.min(...retry))}.`;
  const text = `${nameOf(config)} has not answered${about} ${since}: no claims and no takeovers meanwhile; ${goesOn}.${again}`;
  return [ofCode('forge_unreachable', 'error', text)];
}

function limitedOf({ view, config }: ForgeProblemSources): Problem[] {
  const name = nameOf(config);
  const limited = view.watching.filter(({ trouble }) => trouble?.code === 'forge_rate_limited');
  if (limited.length > 0) {
    const retryInMs = Math.max(...limited.map(({ trouble }) => trouble?.retryInMs ?? 0));
    const are = limited.length === 1 ? 'is' : 'are';
    const text = `${name} says wait: ${reposOf(limited)} ${are} read again ${inSpan(retryInMs)} (rate limit); ${goesOn}.`;
    return [ofCode('forge_rate_limited', 'warning', text)];
  }
  // Reads pass: it is what we may write that is used up.
  const [told] = view.troubles
    .filter(({ code, retryInMs }) => code === 'forge_rate_limited' && (retryInMs ?? 0) > 0)
    .toSorted((a, b) => (b.retryInMs ?? 0) - (a.retryInMs ?? 0));
  if (told === undefined) return [];
  const text = `${name} is written to again ${inSpan(told.retryInMs ?? 0)} (${told.reason}); ${goesOn}.`;
  return [ofCode('forge_rate_limited', 'warning', text)];
}

function nameOf({ forge }: Pick<Config, 'forge'>): string {
  const isGithub = new URL(forge.apiUrl).hostname === 'api.github.com';
  return isGithub ? 'GitHub' : `The forge at ${forge.apiUrl}`;
}

function reposOf(watching: readonly WatchingView[]): string {
  const names = watching.slice(0, 3).map(({ repo }) => repo);
  const more = watching.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function inSpan(ms: number): string {
  return ms < 1_000 ? 'now' : `in ${span(ms)}`;
}
