/** A share of the corpus; `npm run hostile` is all of it. */
import { expect, it, vi } from 'vitest';
import { patientMs } from '../e2e/harness/stage.ts';
import { allCases } from './corpus/index.ts';
import { runCorpus } from './run.ts';

vi.setConfig({ testTimeout: patientMs });

it('at least sixty cases, each with a name of its own', () => {
  const ids = allCases().map(({ id }) => id);
  expect(ids.length).toBeGreaterThanOrEqual(60);
  expect(new Set(ids).size).toBe(ids.length);
});

it('a peer does what it is for, and nothing that hostile issues want of it', async () => {
  const outcome = await runCorpus({ every: 5 });
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
