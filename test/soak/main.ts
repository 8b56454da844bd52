/**
 * `npm run soak`: peers at work for long. Exit 0 when all issues are done, and nothing grows that must not.
 *
 *     npm run soak [-- --minutes 30 --peers 3 --every-ms 3000]
 *     npm run soak -- --simulated [--hours 24 --peers 5 --seed N]
 */
import { parseArgs } from 'node:util';
import { simulatedSoak } from './simulated.ts';
import { soak } from './soak.ts';
import { verdictOf } from './verdict.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    peers: { type: 'string' },
    'every-ms': { type: 'string', default: '3000' },
    simulated: { type: 'boolean', default: false },
    hours: { type: 'string', default: '24' },
    seed: { type: 'string', default: '1' },
  },
});

const tell = (sentence: string): void => console.error(sentence);
const { lines, problems } = values.simulated
  ? await simulatedSoak({
      seed: Number(values.seed),
      hours: Number(values.hours),
      peers: Number(values.peers ?? 5),
      tell,
    })
  : verdictOf(
      await soak({
        minutes: Number(values.minutes),
        peers: Number(values.peers ?? 3),
        everyMs: Number(values['every-ms']),
        tell,
      }),
    );
for (const line of lines) console.log(line);
for (const problem of problems) console.log(`PROBLEM ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
