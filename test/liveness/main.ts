/**
 * `npm run liveness`: how soon real peers on this machine miss one that ends, hangs, or whose cable is cut, and
 * whether they miss anybody wrongly while the machine is busy. Exit 1 when anybody was suspected or declared dead
 * wrongly, when no cable can be cut here (`--cuts 0` asks for none), or when the preset `local` was slower than it is
 * promised to be on one machine; but for kills that the kernel itself was so slow at, which is said. Without arguments it measures
 * what is promised, and takes about twenty minutes of a machine that does nothing else:
 *
 *     npm run liveness [-- --peers 5 --kills 60 --hangs 60 --cuts 60 --minutes 10 --hogs 8 --preset local]
 *
 * A peer is known to be gone when all others have suspected it; they declare it dead later, by `suspicionMs`.
 */
import { parseArgs } from 'node:util';
import { livenessPresets } from '@bzzz/protocol';
import { measureLiveness } from './measure.ts';
import { falseAlarms, judge, shareOf } from './verdict.ts';

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '5' },
    kills: { type: 'string', default: '60' },
    hangs: { type: 'string', default: '60' },
    cuts: { type: 'string', default: '60' },
    minutes: { type: 'string', default: '10' },
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
  cuts: Number(values.cuts),
  calmMs: minutes * 60_000,
  hogs: Number(values.hogs),
});
const calm = `${minutes} min beside ${values.hogs} CPU hogs: ${result.falseSuspicions} false suspicions, ${result.falseDeaths} false deaths`;
// The others are slower on purpose: of them only false alarms are judged.
const { notes, complaints } =
  preset === 'local' ? judge(result) : { notes: [], complaints: falseAlarms(result) };
console.log(
  [
    `known to all others (suspected by each), of ${values.peers} peers, preset ${preset}`,
    `killed: ${spread(result.killMs)}`,
    `its connections closed by the kernel: ${spread(result.closedMs)}`,
    `hanging: ${spread(result.hangMs)}`,
    `cable cut: ${spread(result.cutMs)}`,
    ...notes,
    minutes > 0 ? calm : 'false alarms: not looked for, with --minutes 0',
  ].join('\n'),
);
for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length > 0 ? 1 : 0;

function spread(values: readonly number[]): string {
  if (values.length === 0) return 'not measured';
  const at = (share: number) => shareOf(values, share);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms, ${values.length} times`;
}
