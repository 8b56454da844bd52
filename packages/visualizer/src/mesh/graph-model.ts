/** The picture as data: what is to be drawn, without drawing it. */
import type { Link } from '../live/links.ts';
import type { PeerView, Standing } from '../live/page-view.ts';
import { shortTask } from '../timeline/entry-text.ts';
import type { Flow } from './flows.ts';
import { discPx } from './layout.ts';

export interface NodeModel {
  readonly id: string;
  readonly label: string;
  /** As long as its label becomes while it works: the room for it is kept. */
  readonly longest: string;
  readonly standing: Standing | 'helping';
  readonly size: number;
  /** In steps, as each change is a redraw; none on discs too small to show it. */
  readonly load: number;
}

export type EdgeModel = Link;

export interface GraphModel {
  readonly nodes: readonly NodeModel[];
  /** The same list as long as nothing else is connected: it is long. */
  readonly edges: readonly EdgeModel[];
  /** What flows at present, by the key of the connection. */
  readonly flows: ReadonlyMap<string, Flow['kind']>;
}

const loadSteps = 20;

export function graphModel(
  peers: readonly PeerView[],
  links: readonly Link[],
  flows: readonly Flow[],
  narrow = false,
): GraphModel {
  const size = discPx(peers.length, narrow);
  return {
    nodes: peers.map((peer) => nodeOf(peer, size, narrow ? 1 : 2)),
    edges: links,
    flows: new Map(flows.map(({ from, to, kind }) => [keyOf(from, to), kind])),
  };
}

/** Digits are of one width; of a task with more of them the label is longer than its room, and is seen all the same. */
const someTask = '#000';

/** `tasksMax`: so many are named. */
function nodeOf(
  { id, name, standing, duties, load }: PeerView,
  size: number,
  tasksMax: number,
): NodeModel {
  const tasks = duties.slice(0, tasksMax).map(({ task }) => shortTask(task));
  const more = duties.length > tasksMax ? ' …' : '';
  const label = tasks.length === 0 ? name : `${name} · ${tasks.join(' ')}${more}`;
  const longest = `${name} · ${Array.from({ length: tasksMax }, () => someTask).join(' ')} …`;
  const helps = standing === 'working' && duties.some(({ duty }) => duty === 'helps');
  const steps = size < 10 ? 0 : Math.min(loadSteps, Math.round((load ?? 0) * loadSteps));
  const shown = helps ? 'helping' : standing;
  return { id, label, longest, standing: shown, size, load: steps / loadSteps };
}

function keyOf(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
