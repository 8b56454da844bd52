import { freePorts } from '../../lib/free-ports.ts';
import { digest } from '../content.ts';
import { largestProcess } from '../peak-memory.ts';
import type { Side } from '../subject.ts';
import type { Place } from './peer-programs.ts';
import { type Program, type Started, start } from './started.ts';

/** So many of these programs start at a time; it is over when each is ready and knows each other one. */
export function startSide(
  name: string,
  peers: number,
  programOf: (place: Place) => Promise<Program>,
): Side {
  return {
    name,
    async prepare() {
      const ports = await freePorts(peers);
      const programs: Program[] = [];
      for (const port of ports) {
        programs.push(await programOf({ port, ports: ports.filter((other) => other !== port) }));
      }
      let started: Started | undefined;
      let peakMib = 0;
      return {
        async work() {
          const running = start(programs);
          started = running;
          await running.known(peers - 1).catch(async (error: unknown) => {
            await running.kill();
            throw error;
          });
        },
        async answer() {
          peakMib = started?.peakMib() ?? Number.NaN;
          await started?.stop();
          return digest([`${peers} know ${peers - 1}`]);
        },
        operations: () => 1,
        othersCpuMs: () => started?.cpuMs() ?? 0,
        worksElsewhere: true,
        figures: () => ({ [largestProcess]: peakMib }),
      };
    },
  };
}
