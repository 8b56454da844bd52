/**
 * Half of the peers or more are lost for good in the midst of the work, and with them who works first: those who are
 * left see no majority any more, and what the lost held is still to come to its end.
 */
import type { PeerId } from '@bzzz/protocol';
import type { VirtualPeer, World } from './world.ts';

/** So long after it began most work is under way. */
const midstMsMax = 8_000;

export interface Forsaking {
  /** Whether it never comes back, or will never reach the forge again. */
  isLost(peer: PeerId): boolean;
  /** The forge answers everybody again: those who lost it for good excepted. */
  renew(): void;
}

/** `share`: of all the peers, so many are lost. */
export function forsake(world: World, share: number): Forsaking {
  const { timeline, random, history, sights, weather } = world;
  const lost = new Set<PeerId>();
  // Or they live on, and tell what they hold, and the forge alone is out of their reach.
  const die = random.chance(0.5);
  if (share > 0) history.onEvent(onWork);

  function onWork(event: Parameters<Parameters<typeof history.onEvent>[0]>[0]): void {
    if (lost.size > 0 || event.kind !== 'work' || event.step !== 'started') return;
    const gone = whoGoes(world.peers(), event.peer);
    for (const { id } of gone) lost.add(id);
    timeline.after(random.between(10, midstMsMax), () => {
      history.record({ kind: 'world', what: `lost for good: ${gone.map(nameOf).join(', ')}` });
      sights.count('lostForGood');
      if (die) for (const peer of gone) world.crash(peer);
      else weather.cutOff([...lost]);
    });
  }

  function whoGoes(peers: readonly VirtualPeer[], first: PeerId): readonly VirtualPeer[] {
    const others = peers.filter(({ id }) => id !== first);
    const chosen = peers.filter(({ id }) => id === first);
    const count = Math.min(others.length, Math.ceil(share * peers.length));
    while (chosen.length < count) {
      const next = random.pick(others.filter((peer) => !chosen.includes(peer)));
      if (next === undefined) break;
      chosen.push(next);
    }
    return chosen;
  }

  return {
    isLost: (peer) => lost.has(peer),
    renew() {
      if (!die && lost.size > 0) weather.cutOff([...lost]);
    },
  };
}

function nameOf({ name }: VirtualPeer): string {
  return name;
}
