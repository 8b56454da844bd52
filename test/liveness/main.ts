/**
 * `npm run liveness`: how soon real peers on this machine miss one that ends or hangs, and whether they
 * miss anybody wrongly while the machine is busy. Exit 1 when somebody was, or when the preset `local` was
 * slower than it is meant to be on one machine.
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
    `its connections closed by the kernel: ${spread(result.closedMs)}`,
    `hanging: ${spread(result.hangMs)}`,
    ...(minutes > 0 ? [calm] : []),
  ].join('\n'),
);
const slow = preset === 'local' ? slownessOf(result) : [];
for (const complaint of slow) console.error(complaint);
process.exitCode = result.falseSuspicions + result.falseDeaths + slow.length > 0 ? 1 : 0;

/** A machine that takes long to end a process is no fault of ours; what we add to that would be. */
function slownessOf({ killMs, closedMs, hangMs }: typeof result): string[] {
  const killedMs = shareOf(killMs, 0.99);
  const kernelMs = shareOf(closedMs, 0.99);
  const hangingMs = shareOf(hangMs, 0.95);
  const allowedMs = Math.max(100, kernelMs + 50);
  return [
    ...(killedMs >= allowedMs
      ? [`too slow: killed p99 ${killedMs} ms, must be under ${allowedMs} ms`]
      : []),
    ...(hangingMs >= 500 ? [`too slow: hanging p95 ${hangingMs} ms, must be under 500 ms`] : []),
  ];
}

function shareOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

function spread(values: readonly number[]): string {
  const at = (share: number) => shareOf(values, share);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms, ${values.length} times`;
}
