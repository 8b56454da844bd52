/** What several scenarios do. */
import type { Cluster, Net } from './cluster.ts';

/** The network that a scenario breaks; it said that it needs one. */
export function netOf({ net }: Cluster): Net {
  if (net === undefined) throw new Error('there is no network here');
  return net;
}

export function firstOf<T>(all: readonly T[]): [T, T[]] {
  const [first, ...others] = all;
  if (first === undefined) throw new Error('there is none');
  return [first, others];
}

/** So many issues that a command answers at once. */
export async function fileSome(cluster: Cluster, count: number): Promise<number[]> {
  const numbers: number[] = [];
  for (let filed = 0; filed < count; filed += 1) numbers.push(await cluster.file('quick'));
  return numbers;
}
