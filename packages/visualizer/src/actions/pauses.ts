/**
 * How a peer works, and what can be ordered of that: drain, pause, resume; of the mesh drain and resume. The three words mean
 * the same everywhere. Pure.
 */
import type { PeerOrder } from '@bzzz/protocol';
import type { StatusAnswer } from '@bzzz/protocol/api';
import type { PageView } from '../live/page-view.ts';

/** Who wants nothing new begun: the operator of that peer, of its attempts, of the whole mesh, or several. */
export interface Pauses {
  readonly self: boolean;
  /** What is under way stands still, too. */
  readonly attempts: boolean;
  readonly mesh: boolean;
}

export interface PauseChoice {
  readonly title: string;
  /** What then happens. */
  readonly text: string;
  readonly order: PeerOrder;
  /** All of them; else one peer. */
  readonly mesh: boolean;
}

export const pauseCodes: ReadonlySet<string> = new Set(['paused', 'mesh_paused']);

/** Of a peer; absent: of the one that serves the page. */
export function pausesOf(
  status: Pick<StatusAnswer, 'problems'> | null,
  { peers, world }: Pick<PageView, 'peers' | 'world'>,
  id?: string,
): Pauses {
  const one = peers.find((peer) => (id === undefined ? peer.self : peer.id === id));
  const has = (code: string) => status?.problems.some((one) => one.code === code) === true;
  const mesh = has('mesh_paused') || world.meshPaused;
  // That it is paused says nothing of by whom; of its own pauses its journal tells.
  const isPaused = one?.answer?.paused === true;
  const told = one === undefined ? undefined : world.peers.get(one.id);
  const attempts = isPaused && told?.attemptsPaused === true;
  const isOther = mesh || attempts;
  return { self: isPaused && (told?.paused === true || !isOther), attempts, mesh };
}

export function isPaused({ self, attempts, mesh }: Pauses): boolean {
  return self || attempts || mesh;
}

/** On what opens the choices. */
export function pauseTitle(pauses: Pauses): string {
  return isPaused(pauses) ? 'Resume, drain or pause' : 'Drain or pause';
}

/** What one peer can be told as it stands; what ends a pause stands first. */
export function peerChoices(name: string, pauses: Pauses): PauseChoice[] {
  const { self, attempts } = pauses;
  const resume = {
    title: `Resume ${name}`,
    text: resumeText(pauses),
    order: 'resume' as const,
    mesh: false,
  };
  const drain = {
    title: `Drain ${name}`,
    text: attempts
      ? 'What stands still goes on and is finished. It takes nothing new.'
      : 'It takes nothing new. What it works on is finished.',
    order: 'drain' as const,
    mesh: false,
  };
  const pause = {
    title: `Pause ${name}`,
    text: 'It takes nothing new, and what runs now stands still until it is resumed. Its claims stay renewed.',
    order: 'pause' as const,
    mesh: false,
  };
  return [
    ...(self || attempts ? [resume] : []),
    ...(self && !attempts ? [] : [drain]),
    ...(attempts ? [] : [pause]),
  ];
}

/** What can be ordered from anywhere: of the peer that serves the page, and of all. */
export function pauseChoices(name: string, pauses: Pauses): PauseChoice[] {
  const whole: PauseChoice = pauses.mesh
    ? {
        title: 'Resume the whole mesh',
        text: 'Every peer takes new tasks again.',
        order: 'resume',
        mesh: true,
      }
    : {
        title: 'Drain the whole mesh',
        text: 'No peer takes anything new. What they work on is finished.',
        order: 'drain',
        mesh: true,
      };
  const all = [...peerChoices(name, pauses), whole];
  const goesOn = ({ order }: PauseChoice) => Number(order !== 'resume');
  return all.toSorted((one, other) => goesOn(one) - goesOn(other));
}

/** What ends a pause, by the code of the problem that tells of it. */
export function resumesFor(
  name: string,
  pauses: Pauses,
): readonly { readonly code: string; readonly choice: PauseChoice }[] {
  const ends = pauseChoices(name, pauses).filter(({ order }) => order === 'resume');
  return ends.map((choice) => ({ code: choice.mesh ? 'mesh_paused' : 'paused', choice }));
}

function resumeText({ attempts, mesh }: Pauses): string {
  const goesOn = attempts ? 'What stands still goes on' : 'Its own pause ends';
  if (mesh) return `${goesOn}; it takes new tasks once the mesh goes on, too.`;
  return attempts ? `${goesOn}, and it takes new tasks again.` : 'It takes new tasks again.';
}

/** What became of an order; `isStill`: nothing new is begun after it, by the peer that was asked. */
export function pauseOutcome(
  name: string,
  { order, mesh }: Pick<PauseChoice, 'order' | 'mesh'>,
  isStill: boolean,
): string {
  const who = mesh && order !== 'resume' ? 'The whole mesh' : name;
  if (order === 'pause') return `The attempts of ${name} stand still, and it takes nothing new.`;
  if (order === 'drain') return `${who} takes nothing new, and finishes what is under way.`;
  if (!isStill) return `${name} takes new tasks.`;
  const why = mesh
    ? `${name} itself is drained or paused: resume it, too`
    : 'the whole mesh is drained: resume that, too';
  return `${name} still takes nothing new: ${why}.`;
}
