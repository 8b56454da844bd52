/** A repository is made ready by labels and a pull request, and left alone where it is. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Config, parsePolicy, RepoName } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { startScriptedVault } from '@bzzz/testkit/scripted/vault';
import { parse } from 'yaml';
import { z } from 'zod';
import { firstPolicy, issueForm } from '../src/forge/repository-files.ts';
import { setUpRepository } from '../src/index.ts';
import { codeOf, configFor, onCleanup, startForge, tempDir } from './support.ts';

async function ready() {
  const { forge, ...rest } = await startForge();
  const config = configFor(await tempDir(), { forge: { forge, ...rest } });
  const ask = async <S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> => {
    const headers = { authorization: 'Bearer token-of-owner' };
    const answer = await fetch(`${forge.url}/repos/owner/sample${path}`, { headers });
    return schema.parse(await answer.json());
  };
  return { forge, config, ask };
}

const Labels = z.array(z.object({ name: z.string() }));
const Files = z.array(z.object({ filename: z.string() }));
const repo = RepoName.parse('owner/sample');

describe('bzzz repo setup', () => {
  it('gives back what a Vault lent for it, so that the command ends', async () => {
    const { config } = await ready();
    const path = 'secret/data/bzzz';
    const vault = await startScriptedVault({ now: Date.now });
    onCleanup(() => vault.close());
    vault.appRole({ roleId: 'bzzz', secretId: 'shh', ttl: 600, paths: [path] });
    vault.put(path, { token: 'token-of-peers' });
    const secretIdFile = join(await tempDir(), 'secret-id');
    await writeFile(secretIdFile, 'shh', { mode: 0o600 });
    const { apiUrl, gitUrl } = config.forge;
    const auth = { method: 'appRole', roleId: 'bzzz', secretIdFile };
    const lender = { url: vault.url, auth, secret: { kind: 'kv', path: 'bzzz' } };
    const lent = Config.parse({ ...config, forge: { apiUrl, gitUrl, vault: lender } });
    await setUpRepository(lent.forge, repo);
    expect(vault.requests).toContain(`GET ${path}`);
    expect(vault.tokens()).toEqual([]);
  });

  it('puts labels in place and proposes what is missing, once', async () => {
    const { config, ask } = await ready();
    const done = await setUpRepository(config.forge, repo);
    expect(done.files).toEqual([
      // The sample has a policy.
      { path: '.bzzz/policy.yml', proposed: false },
      { path: '.github/ISSUE_TEMPLATE/bzzz.yml', proposed: true },
    ]);
    const names = (await ask('/labels', Labels)).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['bzzz', 'bzzz:needs-person', 'bzzz:verified']));
    const pull = await ask(`/pulls/${done.pullRequest?.number}`, z.unknown());
    expect(pull).toMatchObject({ state: 'open', head: { ref: 'bzzz-setup' } });
    const files = await ask(`/pulls/${done.pullRequest?.number}/files`, Files);
    expect(files.map(({ filename }) => filename)).toEqual(['.github/ISSUE_TEMPLATE/bzzz.yml']);
    const again = await setUpRepository(config.forge, repo);
    expect(again.labels.every(({ made }) => !made)).toBe(true);
    expect(again.pullRequest?.number).toBe(done.pullRequest?.number);
  });

  it('does not take a label for there because the forge failed to tell', async () => {
    const { forge, config } = await ready();
    const on = 'GET /repos/:owner/:repo/labels/:name';
    forge.faults.add({ on, kind: 'status', status: 502, count: 1 });
    expect(await codeOf(setUpRepository(config.forge, repo))).toBe('forge_unreachable');
    const { labels } = await setUpRepository(config.forge, repo);
    expect(labels.some(({ made }) => made)).toBe(true);
  });

  it('says that there is no such repository', async () => {
    const { config } = await ready();
    const other = RepoName.parse('owner/nothing');
    expect(await codeOf(setUpRepository(config.forge, other))).toBe('forge_not_found');
  });
});

describe('what a repository is given', () => {
  it('is the form that deploy/github holds, and a policy that allows nothing yet', async () => {
    const file = new URL('../../../deploy/github/ISSUE_TEMPLATE/bzzz.yml', import.meta.url);
    expect(parse(issueForm(['lint']))).toEqual(parse(await readFile(file, 'utf8')));
    expect(parse(issueForm([])).body).toHaveLength(2);
    const policy = parsePolicy(firstPolicy);
    expect(policy.recipes).toEqual({});
    expect(policy.plain).toBeUndefined();
  });
});
