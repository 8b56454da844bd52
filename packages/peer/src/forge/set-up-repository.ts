/**
 * Makes a repository ready for bzzz: its labels at once, and files as a pull request, which its maintainers merge or
 * do not. What is there is left alone, so it may be run again.
 */
import { parsePolicy, type RepoName, toBase64, utf8 } from '@bzzz/protocol';
import { z } from 'zod';
import { firstPolicy, issueForm, labels } from './repository-files.ts';
import { exchange, refusal, type RestAnswer, type RestDeps, type RestRequest } from './rest.ts';

export interface SetUp {
  readonly labels: readonly { readonly name: string; readonly made: boolean }[];
  readonly files: readonly { readonly path: string; readonly proposed: boolean }[];
  /** Null: every file is there. */
  readonly pullRequest: { readonly number: number; readonly url: string } | null;
}

const branch = 'bzzz-setup';
const policyPath = '.bzzz/policy.yml';
const formPath = '.github/ISSUE_TEMPLATE/bzzz.yml';

const Repository = z.object({ default_branch: z.string() });
const Content = z.object({ content: z.string() });
const Reference = z.object({ object: z.object({ sha: z.string() }) });
const Pull = z.object({ number: z.int(), html_url: z.string() });

/** Throws what the forge is refused for: `forge_unauthorized`, `forge_not_found`, `forge_refused`, ... */
export async function setUpRepository(
  deps: RestDeps,
  repo: RepoName,
  options: { signal?: AbortSignal } = {},
): Promise<SetUp> {
  const ask = (method: RestRequest['method'], path: string, body?: unknown) =>
    exchange(deps, {
      method,
      path: `/repos/${repo}${path}`,
      ...(body === undefined ? {} : { body }),
      ...options,
    });
  const told = async <S extends z.ZodType>(
    schema: S,
    what: string,
    answer: Promise<RestAnswer>,
  ): Promise<z.output<S>> => {
    const { status, body, ...rest } = await answer;
    if (status >= 300) throw refusal({ status, body, ...rest }, what);
    return schema.parse(body);
  };

  async function textOf(path: string): Promise<string | null> {
    const answer = await ask('GET', `/contents/${path}`);
    if (answer.status === 404) return null;
    const { content } = await told(Content, `reading ${path}`, Promise.resolve(answer));
    return Buffer.from(content, 'base64').toString('utf8');
  }

  async function putLabel(label: (typeof labels)[number]) {
    const answer = await ask('GET', `/labels/${encodeURIComponent(label.name)}`);
    const made = answer.status === 404;
    const put = made ? ask('POST', '/labels', label) : Promise.resolve(answer);
    await told(z.unknown(), `the label ${label.name}`, put);
    return { name: label.name, made };
  }

  async function propose(files: readonly { path: string; text: string }[], base: string) {
    const tip = await told(Reference, base, ask('GET', `/git/ref/heads/${base}`));
    const made = await ask('POST', '/git/refs', {
      ref: `refs/heads/${branch}`,
      sha: tip.object.sha,
    });
    // Left by a run that was cut short: what is missing on it is put there now.
    if (made.status !== 422) await told(z.unknown(), `the branch ${branch}`, Promise.resolve(made));
    for (const { path, text } of files) {
      const there = await ask('GET', `/contents/${path}?ref=${branch}`);
      if (there.status === 200) continue;
      const body = { message: `Add ${path} for bzzz`, content: toBase64(utf8(text)), branch };
      await told(z.unknown(), `writing ${path}`, ask('PUT', `/contents/${path}`, body));
    }
    const open = await told(
      z.array(Pull),
      'reading pull requests',
      ask('GET', `/pulls?state=open&head=${repo.split('/')[0]}:${branch}`),
    );
    const title = 'Let bzzz work here';
    const text = `Files for the mesh: ${files.map(({ path }) => `\`${path}\``).join(', ')}. Nothing runs before the policy names it.`;
    const body = { title, body: text, head: branch, base };
    const pull =
      open[0] ?? (await told(Pull, 'opening a pull request', ask('POST', '/pulls', body)));
    return { number: pull.number, url: pull.html_url };
  }

  const { default_branch: base } = await told(Repository, repo, ask('GET', ''));
  const putLabels: { readonly name: string; readonly made: boolean }[] = [];
  for (const label of labels) putLabels.push(await putLabel(label));
  const policy = await textOf(policyPath);
  const acceptances = policy === null ? [] : Object.keys(parsePolicy(policy).acceptances);
  const wanted = [
    { path: policyPath, text: firstPolicy, isThere: policy !== null },
    { path: formPath, text: issueForm(acceptances), isThere: (await textOf(formPath)) !== null },
  ];
  const missing = wanted.filter(({ isThere }) => !isThere);
  return {
    labels: putLabels,
    files: wanted.map(({ path, isThere }) => ({ path, proposed: !isThere })),
    pullRequest: missing.length === 0 ? null : await propose(missing, base),
  };
}
