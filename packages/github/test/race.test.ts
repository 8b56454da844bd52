/** Many peers of one account race for the same tasks while the forge loses answers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FencePush, PushReply } from '@bzzz/coordination';
import type { IssueNumber, RepoName } from '@bzzz/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGithubForge, type GithubForge, tokenFromValue } from '../src/index.ts';
import { type Embedded, startEmbedded, tokens } from './support/embedded.ts';
import { lockOn } from './support/locks.ts';
import { createPerson, type Person } from './support/person.ts';

let embedded: Embedded;
let folder: string;
let clients: GithubForge[];
let repo: RepoName;
let person: Person;
beforeAll(async () => {
  embedded = await startEmbedded();
  folder = await mkdtemp(path.join(tmpdir(), 'bzzz-race-'));
  const { url } = embedded.forge;
  repo = await embedded.createRepository();
  person = await createPerson({ apiUrl: url, gitUrl: url, repo, token: tokens.owner });
  clients = Array.from({ length: 6 }, (_, index) =>
    createGithubForge(
      { token: tokenFromValue(tokens.peer) },
      { apiUrl: url, gitUrl: url, dataDir: path.join(folder, String(index)) },
    ),
  );
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await person.dispose();
  await embedded.stop();
  await rm(folder, { recursive: true, force: true });
});

it('has one winner a task, and everybody learns the truth by pushing again', async () => {
  const numbers = await Promise.all(
    [1, 2, 3].map((n) => person.openIssue({ title: `Task ${n}`, body: '' })),
  );
  const on = 'git-receive-pack';
  const { faults } = embedded.forge;
  faults.add({ kind: 'dropReply', on, probability: 0.3 });
  faults.add({ kind: 'status', status: 502, afterEffect: true, on, probability: 0.2 });
  faults.add({ kind: 'outage', on, probability: 0.1 });

  const outcomes = await Promise.all(
    numbers.flatMap((number) => clients.map((client) => contend(client, number))),
  );
  const lost = faults.list().reduce((sum, { struck }) => sum + struck, 0);
  expect(lost).toBeGreaterThan(0);
  faults.clear();
  const tips = await person.branches();
  for (const number of numbers) {
    const won = outcomes.filter((one) => one.number === number && one.kind === 'accepted');
    expect(won).toHaveLength(1);
    expect(tips.get(`bzzz/lock/${number}`)).toBe(won[0]?.oid);
  }
});

/** Pushes one claim until there is an answer. */
async function contend(client: GithubForge, number: IssueNumber) {
  const lock = lockOn(null);
  const push: FencePush = { number, lock };
  let reply: PushReply;
  do {
    reply = await client.push(repo, push);
  } while (reply.kind === 'unknown');
  return { number, oid: lock.oid, kind: reply.kind };
}
