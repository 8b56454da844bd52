/** What is measured of a machine, and from when on it is short of it. */
import type { HealthAnswer } from '@bzzz/protocol/api';
import { bytesText, scarceFrom, shareText } from '../ui/text.ts';
import { spanText } from '../ui/time.ts';

export type Sample = HealthAnswer['samples'][number];

export interface Measure {
  readonly name: string;
  readonly of: (sample: Sample) => number | null;
  readonly text: (value: number) => string;
  /** From here on it is drawn as scarce: where the peer raises an alert. */
  readonly scarce: number;
  /** What the line is as high as; null: as its highest value. */
  readonly whole: number | null;
}

const share = { text: shareText, whole: 1 };
const flow = { text: (bytes: number) => `${bytesText(bytes)}/s`, scarce: Infinity, whole: null };
export const measures: readonly Measure[] = [
  { name: 'processor', of: ({ cpu }) => cpu, scarce: scarceFrom.cpu, ...share },
  { name: 'memory', of: ({ memory }) => memory, scarce: scarceFrom.memory, ...share },
  { name: 'disk', of: ({ disk }) => disk, scarce: scarceFrom.disk, ...share },
  {
    name: 'waits for its turn',
    of: ({ lagMs }) => lagMs,
    text: spanText,
    scarce: 1_000,
    whole: null,
  },
  { name: 'received', of: ({ receivedBytesPerS }) => receivedBytesPerS, ...flow },
  { name: 'sent', of: ({ sentBytesPerS }) => sentBytesPerS, ...flow },
];
