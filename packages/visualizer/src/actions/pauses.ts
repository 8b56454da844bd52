/**
 * Who wants nothing new begun, and what stand still: the operator of this peer, of its attempts, of the whole
 * mesh, or several. There are two words for it everywhere: pause, and resume. Pure.
 */
import type { StatusAnswer } from '@bzzz/protocol/api';
import type { PageView } from '../live/page-view.ts';

export interface Pauses {
  readonly self: boolean;
  readonly attempts: boolean;
  readonly mesh: boolean;
}

export interface PauseChoice {
  readonly title: string;
  /** What then happens. */
  readonly text: string;
  readonly scope: keyof Pauses;
  readonly paused: boolean;
}

export const pauseCodes: ReadonlySet<string> = new Set(['paused', 'mesh_paused']);

export function pausesOf(
  status: Pick<StatusAnswer, 'problems'> | null,
  { peers, world }: Pick<PageView, 'peers' | 'world'>,
): Pauses {
  const own = peers.find(({ self }) => self);
  const has = (code: string) => status?.problems.some((one) => one.code === code) === true;
  const mesh = has('mesh_paused') || world.meshPaused;
  // That it is paused says nothing of by whom; of its own pauses its journal tells.
  const isPaused = own?.answer?.paused === true;
  const told = own === undefined ? undefined : world.peers.get(own.id);
  const attempts = isPaused && told?.attemptsPaused === true;
  const isOther = mesh || attempts;
  return { self: isPaused && (told?.paused === true || !isOther), attempts, mesh };
}

export function isPaused({ self, attempts, mesh }: Pauses): boolean {
  return self || attempts || mesh;
}

/** On what opens the choices. */
export function pauseTitle(pauses: Pauses): string {
  return isPaused(pauses) ? 'Resume or pause' : 'Pause work';
}

/** What can be ordered; what ends a pause stands first, which whoever looks while there is one looks for. */
export function pauseChoices(name: string, pauses: Pauses): PauseChoice[] {
  const { self, attempts, mesh } = pauses;
  const all: PauseChoice[] = [
    self
      ? { title: `Resume ${name}`, text: resumeText(pauses), scope: 'self', paused: false }
      : {
          title: `Pause ${name}`,
          text: 'It takes nothing new. What it works on is finished.',
          scope: 'self',
          paused: true,
        },
    attempts
      ? {
          title: `Resume the attempts of ${name}`,
          text:
            self || mesh
              ? 'What stands still goes on.'
              : 'What stands still goes on, and it takes new tasks again.',
          scope: 'attempts',
          paused: false,
        }
      : {
          title: `Pause the attempts of ${name}`,
          text: 'It takes nothing new, and what runs now stands still until it is resumed. Its claims stay renewed.',
          scope: 'attempts',
          paused: true,
        },
    mesh
      ? {
          title: 'Resume the whole mesh',
          text: 'Every peer takes new tasks again.',
          scope: 'mesh',
          paused: false,
        }
      : {
          title: 'Pause the whole mesh',
          text: 'No peer takes anything new. What they work on is finished.',
          scope: 'mesh',
          paused: true,
        },
  ];
  return all.toSorted((one, other) => Number(one.paused) - Number(other.paused));
}

/** What ends a pause, by the code of the problem that tells of it. */
export function resumesFor(
  name: string,
  pauses: Pauses,
): readonly { readonly code: string; readonly choice: PauseChoice }[] {
  const ends = pauseChoices(name, pauses).filter(({ paused }) => !paused);
  return ends.map((choice) => {
    return { code: choice.scope === 'mesh' ? 'mesh_paused' : 'paused', choice };
  });
}

function resumeText({ attempts, mesh }: Pauses): string {
  if (mesh) return 'Its own pause ends; it takes new tasks once the mesh goes on, too.';
  return attempts
    ? 'Its attempts go on, and it takes new tasks again.'
    : 'It takes new tasks again.';
}

/** What became of an order; `isStill`: nothing new is begun after it. */
export function pauseOutcome(
  name: string,
  order: Pick<PauseChoice, 'scope' | 'paused'>,
  isStill: boolean,
): string {
  if (!isStill) return `${name} takes new tasks.`;
  const { scope, paused } = order;
  if (scope === 'attempts')
    return `The attempts of ${name} ${paused ? 'stand still' : 'go on'}; it takes nothing new.`;
  if (paused) return `${name} takes nothing new now.`;
  const why = {
    self: 'the whole mesh is paused: resume that, too',
    mesh: `${name} itself is paused: resume it, too`,
  }[scope];
  return `${name} still takes nothing new: ${why}.`;
}
