/**
 * `npm run hostile`: the corpus of hostile issues against a real peer. Exit 0 when nothing was executed
 * that should not be, no secret came out, nothing beside the worktrees was changed, every case ended as
 * it must, and the peer is up.
 *
 *     npm run hostile [-- --only FAMILY/NAME] [--every N] [--share K]
 *     npm run hostile -- --control    without the sandbox, and exit 0 when that was noticed
 */
import { parseArgs } from 'node:util';
import { runCorpus } from './run.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    every: { type: 'string', default: '1' },
    share: { type: 'string', default: '0' },
    control: { type: 'boolean', default: false },
  },
});
const outcome = await runCorpus({
  only: values.control ? 'prompts/' : values.only,
  every: Number(values.every),
  share: Number(values.share),
  open: values.control,
  tell: (line) => console.error(line),
});
for (const fault of outcome.faults) console.error(fault);
const { cases, executed, leaked, outside, peerUp, faults, elapsedMs } = outcome;
console.log(
  `hostile${values.control ? ' without the sandbox' : ''}: ${cases} cases, executed ${executed}, leaked ${leaked}, outside ${outside}, ` +
    `peer ${peerUp ? 'up' : 'DOWN'}, ${faults.length} faults, ${Math.round(elapsedMs / 1_000)} s`,
);
process.exitCode = values.control
  ? Number(executed === 0 || leaked === 0)
  : Number(faults.length > 0 || !peerUp || cases === 0);
