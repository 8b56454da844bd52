/**
 * Channel messages between virtual peers, as over one stream for each channel and peer: in order,
 * at most once, and gone with the connection. A drop stands for what a real sender or receiver
 * drops when it is overrun, since a stream itself loses nothing in its middle. None is doubled and none
 * overtakes another, as gossip and requests do: the port and its contract (`carry messages in order, each
 * once`) promise that, and coordination may rely on it.
 */
import type { Channel, PeerId } from '@bzzz/protocol';
import type { Faults } from './faults.ts';
import type { Links } from './links.ts';
import type { SeededRandom } from './random.ts';
import type { Sights } from './sights.ts';
import type { Timeline } from './timeline.ts';

/** The outgoing streams of the peer `from`. */
export interface Lines {
  /** False: too much is under way already. */
  push(parcel: Parcel): boolean;
  /** The connection to that peer is gone, and what is under way with it. */
  cut(to: PeerId): void;
}

interface Parcel {
  readonly channel: Pick<Channel<never>, 'name' | 'waitingBytesMax'>;
  readonly to: PeerId;
  readonly bytes: number;
  readonly arrive: () => void;
}

/** A message that takes so long is told of as late. */
export const lateMs = 1_000;

interface Line {
  underWayBytes: number;
  lastAtMs: number;
}

export interface LinesDeps {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly links: Links;
  readonly sights: Sights;
  readonly faults: () => Faults;
}

export function createLines(deps: LinesDeps, from: PeerId): Lines {
  const { timeline, random, links, sights } = deps;
  const lines = new Map<PeerId, Map<string, Line>>();

  function lineOf({ to, channel }: Parcel): Line {
    const ofPeer = lines.get(to) ?? new Map<string, Line>();
    lines.set(to, ofPeer);
    const line = ofPeer.get(channel.name) ?? { underWayBytes: 0, lastAtMs: 0 };
    ofPeer.set(channel.name, line);
    return line;
  }

  return {
    push(parcel) {
      const { to, channel, bytes, arrive } = parcel;
      const line = lineOf(parcel);
      if (line.underWayBytes + bytes > channel.waitingBytesMax) return false;
      const { drop, delayMsMax } = deps.faults();
      const isDropped = random.chance(drop);
      if (isDropped) sights.count('drop');
      if (isDropped || !links.carries(from, to)) return true;
      const nowMs = timeline.nowMs();
      line.underWayBytes += bytes;
      // Not before the one that was sent before it; the timeline keeps the order of one moment.
      const delayMs = random.between(1, delayMsMax) + links.delayMs(from, to);
      if (delayMs >= lateMs) sights.count('delayMsMax');
      line.lastAtMs = Math.max(line.lastAtMs, nowMs + delayMs);
      timeline.after(line.lastAtMs - nowMs, () => {
        line.underWayBytes -= bytes;
        if (lines.get(to)?.get(channel.name) === line) arrive();
      });
      return true;
    },
    cut(to) {
      lines.delete(to);
    },
  };
}

/** How many messages of one peer were heard within the last second. */
export interface Admission {
  admit(channel: Pick<Channel<never>, 'name' | 'messagesPerSecondMax'>, from: PeerId): boolean;
}

export function createAdmission(timeline: Timeline): Admission {
  const lately = new Map<string, number[]>();
  return {
    admit({ name, messagesPerSecondMax }, from) {
      const key = `${name} ${from}`;
      const sinceMs = timeline.nowMs() - 1_000;
      const recent = (lately.get(key) ?? []).filter((atMs) => atMs > sinceMs);
      const isHeard = recent.length < messagesPerSecondMax;
      if (isHeard) recent.push(timeline.nowMs());
      lately.set(key, recent);
      return isHeard;
    },
  };
}
