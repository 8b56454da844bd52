/**
 * `npm run kills`: kills peers at random moments, while they write and while they start, and starts
 * them again. Exit 0 when no acknowledged journal entry is lost, and every task has ended once, some with a result.
 *
 *     npm run kills [-- --times 1000 --contenders 4 --lease-ms 5000 --seed N]
 */
import { parseArgs } from 'node:util';
import { endsOf } from './field.ts';
import { runKills } from './kills.ts';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '1000' },
    contenders: { type: 'string', default: '4' },
    'lease-ms': { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));

const result = await runKills({
  times: Number(values.times),
  contenders: Number(values.contenders),
  leaseMs: Number(values['lease-ms']),
  seed: Number(values.seed),
  signal: interrupted.signal,
});
const { lost, unended, results, doublePublishers, stalePushes } = result;
console.log(
  `kills, seed ${values.seed}: ${result.kills} SIGKILLs of ${values.contenders} processes, ${result.whileStarting} while starting, ${result.tasks} tasks: ` +
    `${lost} of ${result.acknowledged} acknowledged entries lost, ${results} results, ${result.failures} failures, ` +
    `${doublePublishers} double publishers, ${stalePushes} stale pushes, ${endsOf(result)}, ${Math.round(result.elapsedMs / 1_000)} s`,
);
// Where nothing was published nothing was shown.
process.exitCode = Number(lost + unended + doublePublishers + stalePushes > 0 || results === 0);
