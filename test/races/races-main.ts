/**
 * `npm run races`: exit 0 when every task has one publisher, no overtaken push was accepted and all have
 * ended, some with a result. Takeovers are of leases that ran out, never of the dead: the contenders do not
 * hear of each other (`done-mesh.ts`). With `--control` the fence is taken out, and exit 0 means that this was noticed.
 *
 *     npm run races [-- --claims 10000 --contenders 20 --lease-ms N --seed N --control]
 */
import { parseArgs } from 'node:util';
import { endsOf } from './field.ts';
import { runRaces } from './races.ts';

const { values } = parseArgs({
  options: {
    claims: { type: 'string', default: '10000' },
    contenders: { type: 'string', default: '20' },
    'lease-ms': { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    control: { type: 'boolean', default: false },
  },
});

/** At most one line in so long. */
function now(everyMs: number): (line: string) => void {
  let nextMs = 0;
  return (line) => {
    if (performance.now() < nextMs) return;
    nextMs = performance.now() + everyMs;
    console.error(line);
  };
}

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));

const result = await runRaces({
  claims: Number(values.claims),
  contenders: Number(values.contenders),
  ...(values['lease-ms'] === undefined ? {} : { leaseMs: Number(values['lease-ms']) }),
  seed: Number(values.seed),
  signal: interrupted.signal,
  unfenced: values.control,
  tell: now(10_000),
});
const { doublePublishers, stalePushes, unended, results } = result;
console.log(
  `races${values.control ? ' without the fence' : ''}, seed ${values.seed}: ${result.claims} claims of ${values.contenders} processes for ${result.tasks} tasks, ` +
    `${result.takeovers} takeovers, ${result.lostReplies} lost replies (${result.lostPushReplies} to pushes), ` +
    `${result.stops} stops, ${result.kills} kills: ${results} results, ${result.failures} failures, ` +
    `${doublePublishers} double publishers, ${stalePushes} stale pushes, ${endsOf(result)}, ${Math.round(result.elapsedMs / 1_000)} s`,
);
const faulty = doublePublishers + stalePushes > 0;
// Where nothing was published nothing was shown.
process.exitCode = values.control
  ? Number(!faulty)
  : Number(faulty || unended > 0 || results === 0);
