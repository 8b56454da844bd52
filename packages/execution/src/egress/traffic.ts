/** Counts the bytes of one piece of work in both directions, over all its connections. */
import { Transform } from 'node:stream';
import { EgressRefusal } from './refusal.ts';

export interface Traffic {
  up(): Transform;
  down(): Transform;
}

export interface TrafficLimits {
  readonly upBytesMax: number;
  readonly downBytesMax: number;
}

/** What is over a limit fails with `EgressRefusal`. */
export function createTraffic({ upBytesMax, downBytesMax }: TrafficLimits): Traffic {
  const counter = (what: string, bytesMax: number) => {
    let bytes = 0;
    return () =>
      new Transform({
        transform(chunk: Buffer, _, done) {
          bytes += chunk.byteLength;
          if (bytes <= bytesMax) done(null, chunk);
          else done(new EgressRefusal(403, `it ${what} more than ${bytesMax} bytes`));
        },
      });
  };
  return { up: counter('sent', upBytesMax), down: counter('fetched', downBytesMax) };
}
