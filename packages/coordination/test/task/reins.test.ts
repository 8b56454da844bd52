/** What work that somebody had left may add to it, and what it may not. */
import { Oid, parsePolicy } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import type { Collected } from '../../src/index.ts';
import { createReins } from '../../src/task/reins.ts';
import { baseOid } from '../support/memory-forge.ts';
import { resultOid } from '../support/memory-work.ts';
import { calm } from '../support/stand.ts';

const from = Oid.parse('f'.repeat(40));
const base = { branch: 'main', oid: baseOid, mirror: 'in memory' };
const touching = (...paths: string[]): Collected => {
  const files = paths.map((path) => {
    return { path, status: 'modified' as const, mode: '100644', bytes: 1, lines: 1 };
  });
  return { result: resultOid, commits: [{ oid: resultOid, files, secrets: [] }] };
};

/** A result that touches package.json in all, and these since the work that was left. */
async function objectionWhere(since: readonly string[], all = ['package.json', 'src/a.ts']) {
  const asked: unknown[] = [];
  const inspect = async (job: unknown) => {
    asked.push(job);
    return touching(...since);
  };
  const job = { policy: parsePolicy('version: 1'), base, from, sources: () => ['peer'] as const };
  const reins = createReins({ workspaces: { inspect } }, job);
  const found = await reins.objectionTo(touching(...all), calm);
  return { objection: found?.reason, asked };
}

it('what was left stays, since it was looked at when it was pushed', async () => {
  const { objection, asked } = await objectionWhere(['src/a.ts']);
  expect(objection).toBeUndefined();
  expect(asked).toEqual([{ base: { ...base, oid: from }, result: resultOid }]);
});

it('what is added is held', async () => {
  const { objection } = await objectionWhere(['package.json']);
  expect(objection).toContain(
    'package.json, and `untrusted` of the policy keeps such work from it',
  );
});

it('what nobody may touch is refused, whenever it came', async () => {
  const { objection } = await objectionWhere(['src/a.ts'], ['.github/workflows/ci.yml']);
  expect(objection).toBe('touches the protected path .github/workflows/ci.yml');
});
