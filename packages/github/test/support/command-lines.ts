import { readdirSync, readFileSync } from 'node:fs';

/** Arguments of every process of the machine, each as one line. */
export function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch (error) {
        // It ended in between.
        if (error instanceof Error && 'code' in error) return [];
        throw error;
      }
    });
}
