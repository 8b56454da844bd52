/**
 * `npm run liveness`: how soon real peers on this machine miss one that ends or hangs, and whether they
 * miss anybody wrongly while the machine is busy. Exit 1 when somebody was.
 *
 *     npm run liveness [-- --peers 5 --kills 100 --hangs 100 --minutes 0 --hogs 8 --preset local]
 */
import { parseArgs } from 'node:util';
import { livenessPresets } from '@bzzz/protocol';
import { measureLiveness } from './measure.ts';

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '5' },
    kills: { type: 'string', default: '100' },
    hangs: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '0' },
    hogs: { type: 'string', default: '8' },
    preset: { type: 'string', default: 'local' },
  },
});

const { preset } = values;
if (preset !== 'local' && preset !== 'lan' && preset !== 'wan') {
  console.error(`no such preset; there are: ${Object.keys(livenessPresets).join(', ')}`);
  process.exit(2);
}
const minutes = Number(values.minutes);
const result = await measureLiveness({
  preset,
  peers: Number(values.peers),
  kills: Number(values.kills),
  hangs: Number(values.hangs),
  calmMs: minutes * 60_000,
  hogs: Number(values.hogs),
});
const calm = `${minutes} min beside ${values.hogs} CPU hogs: ${result.falseSuspicions} false suspicions, ${result.falseDeaths} false deaths`;
console.log(
  [
    `known to all others, of ${values.peers} peers, preset ${preset}`,
    `killed: ${spread(result.killMs)}`,
    `hanging: ${spread(result.hangMs)}`,
    ...(minutes > 0 ? [calm] : []),
  ].join('\n'),
);
process.exitCode = result.falseSuspicions + result.falseDeaths > 0 ? 1 : 0;

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms, ${sorted.length} times`;
}
