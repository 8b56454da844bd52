/** What is reported of a command, in the words and within the limits of `@bzzz/execution`. */
import type { CommandReport, WorkLimits } from '@bzzz/coordination';

/**
 * What becomes of a command. `endless`: it prints on and on. `silent`: it never ends and gives no sign.
 * `stuck`: it fails unless another peer helps. `missing`: it is not installed. `floods`: it is ended by the limit on its output. `trespasses`: it succeeds,
 * and has touched what the policy protects on its way.
 */
export type Fate =
  | 'succeeds'
  | 'fails'
  | 'endless'
  | 'silent'
  | 'floods'
  | 'trespasses'
  | 'stuck'
  | 'missing';

export interface Told {
  readonly report: CommandReport;
  /** What ended it. */
  readonly reason: string;
}

export function toldOf(argv: readonly string[], fate: Fate, limits: WorkLimits): Told {
  const report = { argv, exitCode: null, elapsedMs: 1 };
  switch (fate) {
    case 'succeeds':
    case 'trespasses':
      return {
        report: { ...report, exitCode: 0, outputTail: '' },
        reason: 'it ended with exit code 0',
      };
    case 'fails':
    case 'stuck':
      return {
        report: { ...report, exitCode: 1, outputTail: 'flawed' },
        reason: 'it ended with exit code 1',
      };
    case 'missing':
      return {
        report: { ...report, exitCode: 127, outputTail: 'not found' },
        reason: 'it ended with exit code 127',
      };
    case 'endless':
    case 'silent': {
      const reason = `it was ended after ${limits.attemptMs} ms`;
      return { report: { ...report, outputTail: `[bzzz] ${reason}` }, reason };
    }
    case 'floods': {
      const reason = `it was ended: it printed more than ${limits.outputBytesMax} bytes`;
      return { report: { ...report, outputTail: fullTail(reason) }, reason };
    }
  }
}

export function succeeded({ exitCode }: CommandReport): boolean {
  return exitCode === 0;
}

/** As long as a tail may be: 4 KiB. */
const tailBytesMax = 4_096;
/** Of wide characters, marks that could end a block of code, and words that could ping or close. */
const line = `${'\u{1F41D}'.repeat(12)} \`\`\`\` @mara closes #1\n`;
const lineBytes = Buffer.byteLength(line);

function fullTail(reason: string): string {
  const ending = `[bzzz] ${reason}`;
  const bytesLeft = tailBytesMax - ending.length;
  const lines = line.repeat(Math.floor(bytesLeft / lineBytes));
  return `${'.'.repeat(bytesLeft % lineBytes)}${lines}${ending}`;
}
