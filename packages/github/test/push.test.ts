/** The outcomes of a push, with a forge that fails at each step of it. */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Oid } from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, failureOf } from './support/code-of.ts';
import { commitFiles, git } from './support/git.ts';
import { createGitBench, type GitBench } from './support/git-bench.ts';
import type { GitFault } from './support/git-server.ts';
import { lockBranch, lockOn, number, repo, resultBranch } from './support/locks.ts';

let bench: GitBench;
beforeEach(async () => {
  bench = await createGitBench();
});
afterEach(async () => {
  await bench.dispose();
});

const advertisement = /^GET .*service=git-receive-pack/;
const transfer = /^POST .*git-receive-pack/;

/** Until `heal`. Git's HTTP client sends a request again by itself when a reused connection dies. */
function fail(on: RegExp, fault: GitFault): void {
  bench.server.fault = (request) => (on.test(request) ? fault : undefined);
}

function heal(): void {
  bench.server.fault = undefined;
}

describe('no answer is unknown', () => {
  it.each([
    ['cut before the refs are told', advertisement, { kind: 'cut' }],
    ['cut before the effect', transfer, { kind: 'cut' }],
    ['503 instead of the refs', advertisement, { kind: 'status', status: 503 }],
    ['502 instead of the effect', transfer, { kind: 'status', status: 502 }],
  ] as const)('%s', async (_, on, fault) => {
    const forge = await bench.client();
    const push = { number, lock: lockOn(null) };
    fail(on, fault);
    expect(await forge.push(repo, push)).toMatchObject({ kind: 'unknown' });
    expect(await bench.tip(lockBranch)).toBe(null);
    heal();
    expect(await forge.push(repo, push)).toEqual({ kind: 'accepted' });
  });

  it('cut after the effect, and the same commit pushed again is accepted', async () => {
    const forge = await bench.client();
    const push = { number, lock: lockOn(null) };
    fail(transfer, { kind: 'cut after effect' });
    expect(await forge.push(repo, push)).toMatchObject({ kind: 'unknown' });
    expect(await bench.tip(lockBranch)).toBe(push.lock.oid);
    heal();
    expect(await forge.push(repo, push)).toEqual({ kind: 'accepted' });
    const other = await bench.client();
    const rival = { number, lock: lockOn(null) };
    expect(await other.push(repo, rival)).toMatchObject({ kind: 'rejected' });
  });

  it('unless the HTTP client sends it again by itself: then no is looked into', async () => {
    const forge = await bench.client();
    const push = { number, lock: lockOn(null) };
    let struck = false;
    bench.server.fault = (request) => {
      if (struck || !transfer.test(request)) return undefined;
      struck = true;
      return { kind: 'cut after effect' };
    };
    expect(await forge.push(repo, push)).toEqual({ kind: 'accepted' });
    expect(bench.server.requests.filter((request) => transfer.test(request))).toHaveLength(2);
  });

  it('nobody listens', async () => {
    const forge = await bench.client();
    await bench.server.close();
    const reply = await forge.push(repo, { number, lock: lockOn(null) });
    expect(reply).toMatchObject({ kind: 'unknown' });
  });

  it('silence, after the time limit', async () => {
    const forge = await bench.client({ gitTimeoutMs: 300 });
    fail(transfer, { kind: 'silence' });
    const reply = await forge.push(repo, { number, lock: lockOn(null) });
    expect(reply).toMatchObject({ kind: 'unknown' });
  });
});

describe('an answer is no', () => {
  it('from a hook of the forge, with its words', async () => {
    await hook('echo "the ref is protected" >&2; exit 1');
    const forge = await bench.client();
    const reply = await forge.push(repo, { number, lock: lockOn(null) });
    expect(reply).toMatchObject({ kind: 'rejected' });
    expect(await bench.tip(lockBranch)).toBe(null);
  });

  it('unless the commits stand by the time it looks again', async () => {
    // The hook lets an earlier push of the same commit take effect in between, then says no.
    const push = { number, lock: lockOn(null) };
    const forge = await bench.client();
    await hook(`git update-ref ${lockBranch} ${push.lock.oid}; exit 1`);
    await keepObject(push.lock.commit);
    expect(await forge.push(repo, push)).toEqual({ kind: 'accepted' });
  });

  it('and is unknown when it cannot look again', async () => {
    await hook('exit 1');
    const forge = await bench.client();
    let pushed = false;
    bench.server.fault = (request) => {
      if (transfer.test(request)) pushed = true;
      return pushed && /git-upload-pack/.test(request) ? { kind: 'cut' } : undefined;
    };
    const reply = await forge.push(repo, { number, lock: lockOn(null) });
    expect(reply).toMatchObject({ kind: 'unknown' });
  });
});

describe('an answer is an error', () => {
  it.each([
    ['forge_unauthorized', 401, {}],
    ['forge_unauthorized', 403, {}],
    ['forge_not_found', 404, {}],
    ['forge_not_found', 301, { location: 'http://127.0.0.1:9/elsewhere.git' }],
  ] as const)('%s for %i', async (code, status, headers) => {
    const forge = await bench.client();
    fail(advertisement, { kind: 'status', status, headers });
    expect(await codeOf(forge.push(repo, { number, lock: lockOn(null) }))).toBe(code);
  });

  it('forge_rate_limited with the wait that was told', async () => {
    const forge = await bench.client();
    fail(advertisement, { kind: 'status', status: 429, headers: { 'retry-after': '7' } });
    const failure = await failureOf(forge.push(repo, { number, lock: lockOn(null) }));
    expect(failure).toMatchObject({ code: 'forge_rate_limited', retryAfterMs: 7000 });
  });

  it('git_failed when the forge cannot push both branches as one', async () => {
    await git(bench.origin, ['config', 'receive.advertiseAtomic', 'false']);
    const forge = await bench.client();
    expect(await codeOf(forge.push(repo, { number, lock: lockOn(null) }))).toBe('git_failed');
    expect(await bench.tip(lockBranch)).toBe(null);
  });
});

describe('with an empty mirror', () => {
  it('fetches the parent that an earlier process had read', async () => {
    const first = lockOn(null);
    await (await bench.client()).push(repo, { number, lock: first });
    const restarted = await bench.client();
    const next = lockOn(first.oid);
    expect(await restarted.push(repo, { number, lock: next })).toEqual({ kind: 'accepted' });
    expect(await bench.tip(lockBranch)).toBe(next.oid);
  });

  it('is rejected when the parent is no longer the tip', async () => {
    const [first, other] = [lockOn(null), await bench.client()];
    await other.push(repo, { number, lock: first });
    await other.push(repo, { number, lock: lockOn(first.oid) });
    const restarted = await bench.client();
    const late = await restarted.push(repo, { number, lock: lockOn(first.oid) });
    expect(late).toMatchObject({ kind: 'rejected' });
  });

  it('is unknown when the forge does not answer about the parent', async () => {
    const first = lockOn(null);
    await (await bench.client()).push(repo, { number, lock: first });
    const restarted = await bench.client();
    bench.server.fault = () => ({ kind: 'cut' });
    const reply = await restarted.push(repo, { number, lock: lockOn(first.oid) });
    expect(reply).toMatchObject({ kind: 'unknown' });
  });
});

describe('the pair', () => {
  it('never moves by halves, also when the forge turns down one branch', async () => {
    // This hook decides for each branch, unlike the one before the whole push.
    await hook(`test "$1" != ${resultBranch}`, 'update');
    const forge = await bench.client();
    const { base } = await forge.readBase(repo);
    const oid = await commitFiles(base.mirror, { 'a.txt': 'a' }, base.oid);
    const push = { number, lock: lockOn(null), result: { expected: null, oid } };
    expect(await forge.push(repo, push)).toMatchObject({ kind: 'rejected' });
    expect(await bench.tip(lockBranch)).toBe(null);
    expect(await bench.tip(resultBranch)).toBe(null);
    await removeHook('update');
    expect(await forge.push(repo, push)).toEqual({ kind: 'accepted' });
    expect(await bench.tip(lockBranch)).toBe(push.lock.oid);
    expect(await bench.tip(resultBranch)).toBe(oid);
  });

  it('of a cut connection is accepted as one when pushed again', async () => {
    const forge = await bench.client();
    const { base } = await forge.readBase(repo);
    const oid = await commitFiles(base.mirror, { 'a.txt': 'a' }, base.oid);
    const push = { number, lock: lockOn(null), result: { expected: null, oid } };
    fail(transfer, { kind: 'cut after effect' });
    expect(await forge.push(repo, push)).toMatchObject({ kind: 'unknown' });
    heal();
    expect(await forge.push(repo, push)).toEqual({ kind: 'accepted' });
    expect(await bench.tip(resultBranch)).toBe(oid);
  });
});

it('takes no lock commit that is not what it is said to be', async () => {
  const forge = await bench.client();
  const lock = { ...lockOn(null), oid: Oid.parse('2'.repeat(40)) };
  expect(await codeOf(forge.push(repo, { number, lock }))).toBe('lock_malformed');
  expect(bench.server.requests).toEqual([]);
});

async function hook(script: string, name = 'pre-receive'): Promise<void> {
  const file = path.join(bench.origin, 'hooks', name);
  await mkdir(path.dirname(file), { recursive: true });
  // The quarantine would keep the hook from moving refs, which stands for another process here.
  await writeFile(file, `#!/bin/sh\nunset GIT_QUARANTINE_PATH\n${script}\n`);
  await chmod(file, 0o755);
}

async function removeHook(name: string): Promise<void> {
  await rm(path.join(bench.origin, 'hooks', name));
}

async function keepObject(commit: Uint8Array): Promise<void> {
  const file = path.join(bench.origin, 'commit');
  await writeFile(file, commit);
  await git(bench.origin, ['hash-object', '-w', '-t', 'tree', '/dev/null']);
  await git(bench.origin, ['hash-object', '-w', '-t', 'commit', file]);
}
