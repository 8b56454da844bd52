/** Somebody with push access: REST by `fetch`, git by the system's git. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Account, IssueNumber, Oid, type RepoName } from '@bzzz/protocol';
import type { ForgePerson } from '@bzzz/testkit/contracts/forge';
import { vi } from 'vitest';
import { z } from 'zod';
import { commitFiles, git } from './git.ts';

export interface PersonOptions {
  readonly apiUrl: string;
  readonly gitUrl: string;
  readonly repo: RepoName;
  readonly token: string;
  /** Pause before every write, as github.com asks for. Default 0. */
  readonly writeGapMs?: number;
}

export interface Person extends ForgePerson {
  /** Numbers of the issues that were opened. */
  readonly opened: readonly IssueNumber[];
  deleteComment(id: number): Promise<void>;
  dispose(): Promise<void>;
}

const Numbered = z.object({ number: IssueNumber });
const Comments = z.array(z.object({ id: z.number(), body: z.string() }));
const User = z.object({ login: Account });
const Repository = z.object({ default_branch: z.string() });

export async function createPerson(options: PersonOptions): Promise<Person> {
  const { repo, token, writeGapMs = 0 } = options;
  const url = `${options.gitUrl}/${repo}.git`;
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  const env = {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
  const dir = await mkdtemp(path.join(tmpdir(), 'bzzz-person-'));
  await git(dir, ['init', '--quiet', '--bare', '.']);
  const opened: IssueNumber[] = [];

  const rest = (method: string, where: string, body?: unknown): Promise<unknown> =>
    ask(method, `/repos/${repo}${where}`, body);
  const ask = async (method: string, where: string, body?: unknown): Promise<unknown> => {
    if (method !== 'GET' && writeGapMs > 0) await setTimeout(writeGapMs);
    const response = await fetch(`${options.apiUrl}${where}`, {
      method,
      headers: { authorization: `token ${token}`, accept: 'application/vnd.github+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${where}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };

  const branches = async (): Promise<Map<string, Oid>> => {
    const text = await git(dir, ['ls-remote', '--heads', url], { env });
    const lines = text.split('\n').filter((line) => line !== '');
    return new Map(
      lines.map((line) => {
        const [oid, ref = ''] = line.split('\t');
        return [ref.replace('refs/heads/', ''), Oid.parse(oid)];
      }),
    );
  };

  return {
    opened,
    account: async () => User.parse(await ask('GET', '/user')).login,
    async addLabel(number, label) {
      await rest('POST', `/issues/${number}/labels`, { labels: [label] });
    },
    async removeLabel(number, label) {
      await rest('DELETE', `/issues/${number}/labels/${encodeURIComponent(label)}`);
    },
    async openIssue({ title, body, labels = [] }) {
      const { number } = Numbered.parse(await rest('POST', '/issues', { title, body, labels }));
      opened.push(number);
      // Reads may lag: the tests start from an issue that can be seen.
      await vi.waitFor(() => rest('GET', `/issues/${number}`), { timeout: 60_000 });
      return number;
    },
    async editIssue(number, change) {
      await rest('PATCH', `/issues/${number}`, change);
    },
    async closeIssue(number) {
      await rest('PATCH', `/issues/${number}`, { state: 'closed' });
    },
    async closePullRequest(number) {
      await rest('PATCH', `/pulls/${number}`, { state: 'closed' });
    },
    async comments(number) {
      const rows = Comments.parse(await rest('GET', `/issues/${number}/comments`));
      return rows.map(({ body }) => body);
    },
    async comment(number, body) {
      await rest('POST', `/issues/${number}/comments`, { body });
    },
    async editComment(number, body) {
      const rows = Comments.parse(await rest('GET', `/issues/${number}/comments`));
      await rest('PATCH', `/issues/comments/${rows.at(-1)?.id}`, { body });
    },
    async review(pull, body) {
      await rest('POST', `/pulls/${pull}/reviews`, { event: 'COMMENT', body });
    },
    async commentOnLine(pull, { head, ...comment }) {
      await rest('POST', `/pulls/${pull}/comments`, { ...comment, commit_id: head });
    },
    async setStatus(commit, status) {
      await rest('POST', `/statuses/${commit}`, status);
    },
    async deleteComment(id) {
      await rest('DELETE', `/issues/comments/${id}`);
    },
    branches,
    async pushFiles(branch, files) {
      const base = Repository.parse(await rest('GET', '')).default_branch;
      const tips = await branches();
      const from = tips.has(branch) ? branch : base;
      const parent = tips.get(from) ?? null;
      if (parent !== null) await git(dir, ['fetch', '--quiet', url, `refs/heads/${from}`], { env });
      const oid = await commitFiles(dir, files, parent);
      await git(dir, ['push', '--quiet', url, `${oid}:refs/heads/${branch}`], { env });
      return oid;
    },
    async deleteBranch(branch) {
      await git(dir, ['push', '--quiet', url, `:refs/heads/${branch}`], { env });
    },
    dispose: () => rm(dir, { recursive: true, force: true }),
  };
}
