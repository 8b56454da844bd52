/** The sample repository that the embedded forge brings along. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { SeedRepository } from '@bzzz/forge';
import { BzzzError, parse, RepoName } from '@bzzz/protocol';
import { z } from 'zod';

const Seed = z.object({
  owner: z.string(),
  name: z.string(),
  description: z.string(),
  users: z.array(z.object({ login: z.string() })),
  collaborators: z.array(z.object({ login: z.string(), permission: z.enum(['push', 'maintain']) })),
  labels: z.array(z.object({ name: z.string(), color: z.string(), description: z.string() })),
  issues: z.array(
    z.object({
      title: z.string(),
      body: z.string(),
      author: z.string(),
      labels: z.array(z.string()),
      assignees: z.array(z.string()),
      /** What becomes of it, and why. */
      expect: z.enum(['pull-request', 'left-alone']),
      why: z.string(),
      /** The files that its pull request touches. */
      changes: z.array(z.string()).default([]),
    }),
  ),
});

export interface Sample {
  readonly repo: RepoName;
  readonly seed: SeedRepository;
  readonly users: readonly { readonly login: string }[];
  /** In the order of the issue numbers, from 1. */
  readonly issues: readonly Pick<
    z.infer<typeof Seed>['issues'][number],
    'title' | 'assignees' | 'expect' | 'why' | 'changes'
  >[];
}

/** The account of the peers in the sample. */
export const sampleAccount = 'bzzz-bot';

export async function readSample(): Promise<Sample> {
  const folder = new URL('../sample/', import.meta.resolve('@bzzz/forge'));
  const text = await readFile(new URL('seed.json', folder), 'utf8').catch((error: unknown) => {
    throw new BzzzError('forge_config', 'the sample is not installed', { cause: error });
  });
  const { users, issues, ...rest } = parse('sample', Seed, JSON.parse(text));
  const filesDir = fileURLToPath(new URL('files/', folder));
  return {
    repo: RepoName.parse(`${rest.owner}/${rest.name}`),
    users,
    issues: issues.map(({ title, assignees, expect, why, changes }) => {
      return { title, assignees, expect, why, changes };
    }),
    seed: {
      ...rest,
      filesDir,
      issues: issues.map(({ title, body, author, labels, assignees }) => {
        return { title, body, author, labels, assignees };
      }),
    },
  };
}
