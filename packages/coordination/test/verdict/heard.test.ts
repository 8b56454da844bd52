/** Whose words a judge takes a result to hold, and what he declines for that. */
import { parsePolicy } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import type { ReviewRemark } from '../../src/index.ts';
import { planOf } from '../../src/task/plan.ts';
import { sourcesOfResult } from '../../src/verdict/heard.ts';
import { createMemoryForge, issueOf, repo } from '../support/memory-forge.ts';
import { resultOid } from '../support/memory-work.ts';
import { calm, number, task } from '../support/stand.ts';
import { ofContributor } from '../support/remarks.ts';

const plain = 'plain: {models: ["coder:1"], accept: [check]}';
const hears = 'authors: [OWNER, CONTRIBUTOR]';

async function sourcesWith(
  remark: Partial<ReviewRemark>,
  { more = hears, body = 'round it' } = {},
) {
  const forge = createMemoryForge();
  const policy = parsePolicy(
    `version: 1\nrecipes: {format: {run: [fmt], accept: [check]}}\n${plain}\n${more}`,
  );
  const issue = issueOf({ body });
  forge.file(issue);
  const at = forge.task(number);
  const shown = {
    number: 1,
    state: 'open',
    draft: true,
    head: resultOid,
    url: 'the page',
  } as const;
  at.pullRequests = [shown];
  at.review = { remarks: [{ ...ofContributor, ...remark }] };
  const briefing = { plan: planOf(issue, policy, repo), policy };
  const sources = await sourcesOfResult(forge, task, briefing, calm);
  return { isHeld: sources.includes('stranger'), reads: forge.count('readReview') };
}

it('who may not write and was heard in the review has a part in the result', async () => {
  expect(await sourcesWith({})).toEqual({ isHeld: true, reads: 1 });
});

it.each<[string, Partial<ReviewRemark>]>([
  ['may write', { association: 'OWNER' }],
  ['is not heard by the policy', { association: 'NONE' }],
  ['approves it', { kind: 'approved' }],
  ['only gives an order', { text: '/bzzz retry' }],
  ['is a program', { by: null }],
])('who %s brings no stranger into it', async (_, remark) => {
  expect(await sourcesWith(remark)).toMatchObject({ isHeld: false });
});

it('no review is read where the policy hears only who may write, nor of a recipe', async () => {
  expect(await sourcesWith({}, { more: '' })).toEqual({ isHeld: false, reads: 0 });
  const recipe = await sourcesWith({}, { body: 'recipe: format' });
  expect(recipe).toEqual({ isHeld: false, reads: 0 });
});
