/**
 * A share of the corpus, `npm run hostile` is all of it: of every kind one case, and a fifth of all, which changes
 * with the commit. BZZZ_HOSTILE_SHARE (0 to 4) names one.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { patientMs } from '../e2e/harness/stage.ts';
import { allCases, kindOf, shareOf } from './corpus/index.ts';
import { runCorpus } from './run.ts';

vi.setConfig({ testTimeout: patientMs });

it('at least sixty cases, each with a name of its own', () => {
  const ids = allCases().map(({ id }) => id);
  expect(ids.length).toBeGreaterThanOrEqual(60);
  expect(new Set(ids).size).toBe(ids.length);
});

const shares = 5;
const share = shareOfNow();

it('every share has a case of every kind, and all of them together are the corpus', () => {
  const all = allCases();
  const each = Array.from({ length: shares }, (_, at) => shareOf(all, shares, at));
  const kinds = new Set(all.map(kindOf));
  expect(kinds.size).toBeGreaterThan(8);
  for (const some of each) expect(new Set(some.map(kindOf))).toEqual(kinds);
  expect(new Set(each.flat()).size).toBe(all.length);
  expect(shareOf(all, 1, 0)).toEqual(all);
});

it(`a peer does what it is for, and nothing that hostile issues want of it (share ${share})`, async () => {
  const outcome = await runCorpus({ every: shares, share });
  expect(outcome).toMatchObject({ executed: 0, leaked: 0, outside: 0, peerUp: true, faults: [] });
  expect(outcome.cases).toBeGreaterThan(20);
});

it('would have seen it: without the sandbox secrets get out and the host is called', async () => {
  const [out, called] = [
    await runCorpus({ only: 'prompts/all-secrets', open: true }),
    await runCorpus({ only: 'prompts/phone-home', open: true }),
  ];
  expect(out.leaked).toBeGreaterThan(0);
  expect(called.executed).toBeGreaterThan(0);
});

/** Of the commit, so that whoever runs the same commit again sees the same; outside of a repository the first. */
function shareOfNow(): number {
  const named = process.env['BZZZ_HOSTILE_SHARE'];
  if (named !== undefined) return Number(named) % shares;
  if (!existsSync(new URL('../../.git', import.meta.url))) return 0;
  const log = ['log', '-1', '--format=%H'];
  const head = execFileSync('git', log, { cwd: import.meta.dirname, encoding: 'utf8' });
  return Number.parseInt(head.slice(0, 8), 16) % shares;
}
