/**
 * `npm run cluster`: five hosts and a forge on one machine, scenario after scenario; exit 0 when every
 * issue of each has ended once. What the machine lacks the means for is no success, unless told so.
 *
 *     npm run cluster [-- NAME... --outage-ms 600000 --loopback --allow-missing --verbose]
 */
import { parseArgs } from 'node:util';
import { lacks } from './machine.ts';
import { exitCodeOf, lineOf, missingOf, type Outcome } from './report.ts';
import { playScenario, type Scenario, type Setting } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { sweep } from './sweep.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'outage-ms': { type: 'string', default: '60000' },
    loopback: { type: 'boolean', default: false },
    'allow-missing': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const unknown = positionals.filter((name) => scenarios.every((one) => one.name !== name));
if (unknown.length > 0) {
  const names = scenarios.map(({ name, shows }) => `  ${name}: ${shows}`).join('\n');
  console.error(`no such scenario: ${unknown.join(', ')}. There are:\n${names}`);
  process.exit(2);
}

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
process.once('SIGTERM', () => interrupted.abort(new Error('interrupted')));

for (const dir of await sweep()) console.error(`removed what an earlier run left: ${dir}`);
const missing = await lacks();
const loopback = values.loopback || missing.has('hosts');
if (loopback) {
  const why = missing.get('hosts') ?? 'as asked for';
  console.error(`NO NETWORK OF HOSTS, ONLY LOOPBACK: ${why}`);
}

const options = {
  outageMs: Number(values['outage-ms']),
  signal: interrupted.signal,
  loopback,
  ...(values.verbose ? { tell: (line: string) => console.error(line) } : {}),
};
const outcomes: Outcome[] = [];
for (const scenario of scenarios) {
  if (positionals.length > 0 && !positionals.includes(scenario.name)) continue;
  if (interrupted.signal.aborted) break;
  const outcome = await outcomeOf(scenario, options);
  outcomes.push(outcome);
  if (outcome.kind === 'failed') console.error(outcome.reason);
}
for (const outcome of outcomes) console.log(lineOf(outcome));
const notRun = missingOf(outcomes);
if (notRun !== undefined) console.error(notRun);
process.exitCode = exitCodeOf(outcomes, { allowMissing: values['allow-missing'] });

async function outcomeOf(scenario: Scenario, options: Setting): Promise<Outcome> {
  const lacking = scenario.needs.find(
    (need) => missing.has(need) || (need === 'hosts' && loopback),
  );
  if (lacking !== undefined) {
    return { scenario, kind: 'not run', reason: missing.get(lacking) ?? 'only loopback' };
  }
  console.error(`${scenario.name}: ${scenario.shows}`);
  try {
    const played = await playScenario(scenario, options);
    return { scenario, kind: 'passed', played };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { scenario, kind: 'failed', reason };
  }
}
