/** Who wants nothing new begun: the operator of this peer, or of the whole mesh, or both. Pure. */
import type { StatusAnswer } from '@bzzz/protocol/api';
import type { PageView } from '../live/page-view.ts';

export interface Pauses {
  readonly self: boolean;
  readonly mesh: boolean;
}

export const pauseCodes: ReadonlySet<string> = new Set(['paused', 'mesh_paused']);

export function pausesOf(
  status: Pick<StatusAnswer, 'problems'> | null,
  { peers, world }: Pick<PageView, 'peers' | 'world'>,
): Pauses {
  const own = peers.find(({ self }) => self);
  const has = (code: string) => status?.problems.some((one) => one.code === code) === true;
  const mesh = has('mesh_paused') || world.meshPaused;
  // That it is paused says nothing of by whom; of its own pause its journal tells.
  const isPaused = own?.answer?.paused === true;
  const self = mesh ? own !== undefined && world.peers.get(own.id)?.paused === true : isPaused;
  return { self: isPaused && self, mesh };
}

export function isPaused({ self, mesh }: Pauses): boolean {
  return self || mesh;
}

/** What became of an order; `isStill`: nothing new is begun after it. */
export function pauseOutcome(
  name: string,
  order: { readonly scope: 'self' | 'mesh' | 'attempts'; readonly paused: boolean },
  isStill: boolean,
): string {
  if (!isStill) return `${name} takes new tasks.`;
  if (order.paused) return `${name} takes nothing new now.`;
  if (order.scope === 'attempts') return `What was held goes on; ${name} takes nothing new.`;
  const why = {
    self: 'the whole mesh is paused: resume that, too',
    mesh: `${name} itself is paused: resume it, too`,
  }[order.scope];
  return `${name} still takes nothing new: ${why}.`;
}
