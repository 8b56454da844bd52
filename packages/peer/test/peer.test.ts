import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { request } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ControlClient, createControlClient, createPeer, layoutOf } from '../src/index.ts';
import {
  codeOf,
  configFor,
  errorOf,
  onCleanup,
  silent,
  startedPeer,
  startForge,
  tempDir,
  until,
} from './support.ts';

const meshKey = 'ab'.repeat(32);

/** A raw exchange, for what the client would never send. */
async function raw(dataDir: string, method: string, path: string, body?: string) {
  const socketPath = layoutOf(dataDir).controlSocket;
  const sent = request({ socketPath, method, path });
  // A server that refuses a body may stop reading it.
  sent.on('error', () => undefined);
  sent.end(body);
  const [response] = await once(sent, 'response');
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  return { status: response.statusCode, body: JSON.parse(Buffer.concat(pieces).toString('utf8')) };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('a peer', () => {
  it('does the work of an issue that is filed through its socket', async () => {
    const forge = await startForge();
    const dataDir = await tempDir();
    await startedPeer(configFor(dataDir, { forge }));
    const client = createControlClient(dataDir);
    const body = 'recipe: note\ntext: hello\n';
    const filed = await client.submit({ title: 'A note', body });
    expect(filed).toMatchObject({ repo: forge.repo, number: 1, labelsMissing: [] });
    const task = await until(async () => {
      const { tasks } = await client.tasks();
      return tasks.find(({ state }) => state === 'done');
    });
    expect(task).toMatchObject({ task: 'owner/sample#1', holderName: 'alpha', epoch: 1 });
    const { story } = await client.task('1');
    const kinds = story.map(({ entry }) => entry.body.kind);
    expect(kinds).toContain('fence.intended');
    expect(kinds.at(-1)).toBe('task.ended');
    const status = await client.status();
    expect(status).toMatchObject({ tasks: { done: 1 }, peer: { account: 'peers' } });
    expect(status.problems.map(({ code }) => code)).toEqual(['alone']);
  });

  it('leaves an issue alone until the one that it depends on is closed', async () => {
    const forge = await startForge();
    const dataDir = await tempDir();
    await startedPeer(configFor(dataDir, { forge }));
    const client = createControlClient(dataDir);
    const first = await client.submit({ title: 'Decide', body: 'for people', labels: [] });
    const body = `depends on #${first.number}\n\nrecipe: note\ntext: hello\n`;
    await client.submit({ title: 'A note', body });
    const second = async () => {
      const { tasks } = await client.tasks();
      return tasks.find(({ task }) => task === 'owner/sample#2');
    };
    const waiting = await until(second);
    expect(waiting).toMatchObject({ state: 'open', wanted: false, reason: 'waits for #1 (open)' });
    const closed = await fetch(`${forge.forge.url}/repos/owner/sample/issues/1`, {
      method: 'PATCH',
      headers: { authorization: 'Bearer token-of-owner' },
      body: JSON.stringify({ state: 'closed' }),
    });
    expect(closed.status).toBe(200);
    expect(await until(async () => (await second())?.state === 'done')).toBe(true);
  });

  it('finds the others, and keeps their journals', async () => {
    const [one, two] = [await tempDir(), await tempDir()];
    const first = await startedPeer(configFor(one, { meshKey, name: 'one' }));
    const bootstrap = first.addresses();
    await startedPeer(configFor(two, { meshKey, name: 'two', bootstrap }));
    const clients = [createControlClient(one), createControlClient(two)];
    for (const client of clients) {
      await until(async () => {
        const { peers } = await client.peers();
        const other = peers.find(({ self }) => !self);
        return other?.connected === true && other.journal.here > 0;
      });
      const { problems, mesh } = await client.status();
      expect(mesh).toMatchObject({ connected: 1, known: 1 });
      expect(problems.map(({ code }) => code)).toEqual(['forge_unauthorized', 'no_repositories']);
    }
  });

  it('asks the whole mesh why a task is done or not, and why a peer is idle', async () => {
    const forge = await startForge();
    const [one, two] = [await tempDir(), await tempDir()];
    const first = await startedPeer(configFor(one, { forge, meshKey, name: 'one' }));
    const bootstrap = first.addresses();
    const second = await startedPeer(configFor(two, { forge, meshKey, name: 'two', bootstrap }));
    const client = createControlClient(one);
    await until(async () => {
      const { peers } = await client.peers();
      return peers.length === 2 && peers.every(({ connected, self }) => self || connected);
    });
    const unseen = await client.whyTask('41');
    expect(unseen.task).toBe('owner/sample#41');
    expect(unseen.text).toMatch(/^Nobody has seen it asked for: there is no such issue/);
    expect(unseen.peers.map(({ name, silence }) => [name, silence])).toEqual([
      ['one', null],
      ['two', null],
    ]);
    const issue = { title: 'Deploy', body: 'recipe: deploy\n' };
    expect(await codeOf(client.submit(issue))).toBe('task_refused');
    // A person may file it all the same.
    const filed = await fetch(`${forge.forge.url}/repos/owner/sample/issues`, {
      method: 'POST',
      headers: { authorization: 'Bearer token-of-owner' },
      body: JSON.stringify({ ...issue, labels: ['bzzz'] }),
    });
    expect(filed.status).toBe(201);
    const refused = await until(async () => {
      const answer = await client.whyTask('1');
      return answer.peers.every(({ reason }) => reason?.kind === 'unwanted') && answer;
    });
    expect(refused.text).toBe('It is left alone: no recipe "deploy" in the policy.');
    for (const id of ['two', second.id() ?? '', second.id()?.slice(-8) ?? '']) {
      const answer = await client.whyPeer(id);
      expect(answer).toMatchObject({ name: 'two', self: false, idle: { running: 0, slots: 1 } });
      expect(answer.text).toContain('no task is open');
    }
    // And so says whoever counts.
    expect((await client.status()).tasks).toEqual({ 'left alone': 1 });
    await second.stop();
    const gone = await until(async () => {
      const answer = await client.whyTask('1');
      return answer.peers.some(({ silence }) => silence === 'unreachable') && answer;
    });
    expect(gone.peers.map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('says who has another network key', async () => {
    const [one, two] = [await tempDir(), await tempDir()];
    const first = await startedPeer(configFor(one, { meshKey, name: 'one' }));
    const bootstrap = first.addresses();
    await startedPeer(configFor(two, { meshKey: 'cd'.repeat(32), name: 'two', bootstrap }));
    const client = createControlClient(two);
    await until(async () => {
      const { problems } = await client.status();
      return problems.some(({ code }) => code === 'mesh_wrong_key');
    });
    const { checks } = await client.doctor();
    expect(checks.find(({ name }) => name === 'mesh')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('another network key'),
    });
  });

  it('goes on with its identity and its journal', async () => {
    const dataDir = await tempDir();
    const first = await startedPeer(configFor(dataDir));
    const id = first.id();
    const { journal } = await createControlClient(dataDir).status();
    await first.stop();
    expect(await first.ended).toBeNull();
    const second = await startedPeer(configFor(dataDir));
    expect(second.id()).toBe(id);
    const after = await createControlClient(dataDir).status();
    expect(after.journal.key).toBe(journal.key);
    expect(after.journal.length).toBeGreaterThan(journal.length);
  });

  it('starts once and stops once, however often it is asked', async () => {
    const peer = createPeer(configFor(await tempDir()), { logger: silent });
    onCleanup(() => peer.stop());
    await Promise.all([peer.start(), peer.start()]);
    expect(peer.addresses()).toHaveLength(1);
    await Promise.all([peer.stop(), peer.stop()]);
    const never = createPeer(configFor(await tempDir()), { logger: silent });
    await never.stop();
    expect(await codeOf(never.start())).toBe('stopped');
  });

  it('shares its folder with nobody', async () => {
    const dataDir = await tempDir();
    const first = await startedPeer(configFor(dataDir));
    const error = await errorOf(createPeer(configFor(dataDir), { logger: silent }).start());
    expect(error.code).toBe('peer_folder_locked');
    expect(error.reason).toContain(String(process.pid));
    // The first one is none the worse for it.
    expect((await createControlClient(dataDir).status()).peer.id).toBe(first.id());
  });

  it('leaves nothing behind when it cannot start', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const dataDir = await tempDir();
    const listen = `/ip4/127.0.0.1/tcp/${address.port}`;
    const blocked = createPeer(configFor(dataDir, { listen }), { logger: silent });
    expect(await codeOf(blocked.start())).toBe('port_taken');
    await blocked.stop();
    await new Promise((resolve) => blocker.close(resolve));
    // Lock, store and port are free again.
    await startedPeer(configFor(dataDir, { listen }));
  });

  it('stops, and says why, when its journal cannot be written', async () => {
    const forge = await startForge();
    const dataDir = await tempDir();
    const peer = await startedPeer(configFor(dataDir, { forge }));
    const client = createControlClient(dataDir);
    // The files are gone under the feet of the store.
    await rm(layoutOf(dataDir).journal, { recursive: true });
    const issue = { title: 'A note', body: 'recipe: note\ntext: hello\n' };
    // What is not in the journal is not done.
    expect(await codeOf(client.submit(issue))).toBe('journal_write_failed');
    expect(await peer.ended).toMatchObject({ code: 'journal_write_failed' });
    expect(await codeOf(client.status())).toBe('peer_not_running');
  });

  it('refuses a folder whose key others can read', async () => {
    const dataDir = await tempDir();
    await writeFile(layoutOf(dataDir).identityKey, 'ab'.repeat(32));
    await chmod(layoutOf(dataDir).identityKey, 0o644);
    const peer = createPeer(configFor(dataDir), { logger: silent });
    expect(await codeOf(peer.start())).toBe('peer_key_unsafe');
  });

  it('says that its token is refused', async () => {
    const forge = await startForge();
    const dataDir = await tempDir();
    await startedPeer(configFor(dataDir, { forge, token: 'wrong' }));
    const client = createControlClient(dataDir);
    await until(async () => {
      const { problems } = await client.status();
      return problems.some(({ code }) => code === 'forge_unauthorized');
    });
    const { checks } = await client.doctor();
    expect(checks.find(({ name }) => name === 'token')).toMatchObject({ ok: false });
    expect(await codeOf(client.submit({ title: 't', body: 'b' }))).toBe('forge_unauthorized');
  });

  it('says since when the forge is away', async () => {
    const forge = await startForge();
    const dataDir = await tempDir();
    await startedPeer(configFor(dataDir, { forge }));
    const client = createControlClient(dataDir);
    await until(async () => (await client.status()).forge.watching[0]?.answeredAgoMs !== null);
    await forge.forge.stop();
    const problem = await until(async () => {
      const { problems } = await client.status();
      return problems.find(({ code }) => code === 'forge_unreachable');
    });
    expect(problem.text).toMatch(/has not answered for \d+ s/);
    expect(await codeOf(client.submit({ title: 't', body: 'b' }))).toBe('forge_unreachable');
  });
});

describe('the control socket', () => {
  it('is for its user only', async () => {
    const dataDir = await tempDir();
    const peer = await startedPeer(configFor(dataDir));
    const { mode } = await stat(layoutOf(dataDir).controlSocket);
    expect(mode & 0o777).toBe(0o600);
    await peer.stop();
    expect(await codeOf(createControlClient(dataDir).status())).toBe('peer_not_running');
  });

  it('moves to a short path when its own is too long', async () => {
    const dataDir = join(await tempDir(), 'a'.repeat(100));
    await mkdir(dataDir);
    const peer = await startedPeer(configFor(dataDir));
    const path = (await readFile(layoutOf(dataDir).controlPath, 'utf8')).trim();
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(107);
    expect(path.startsWith(tmpdir())).toBe(true);
    const client = createControlClient(dataDir);
    expect((await client.status()).peer.id).toBe(peer.id());
    await peer.stop();
    expect(await codeOf(client.status())).toBe('peer_not_running');
    expect(await stat(join(path, '..')).catch(() => null)).toBeNull();
  });

  it('tells the journal, live', async () => {
    const forge = await startForge();
    const dataDir = await tempDir();
    const peer = await startedPeer(configFor(dataDir, { forge }));
    const client = createControlClient(dataDir);
    const all = await collect(client.logs());
    expect(all[0]).toMatchObject({ seq: 0, entry: { body: { kind: 'peer.started' } } });
    const [last] = await collect(client.logs({ last: 1 }));
    expect(last?.seq).toBe(all.length - 1);
    expect(await collect(client.logs({ from: 999_999 }))).toEqual([]);

    const seen: number[] = [];
    const kinds: string[] = [];
    const followed = (async () => {
      for await (const { seq, entry } of client.logs({ from: 0, follow: true })) {
        seen.push(seq);
        kinds.push(entry.body.kind);
      }
    })();
    await client.submit({ title: 'A note', body: 'recipe: note\ntext: hello\n' });
    await until(() => kinds.includes('task.ended'));
    expect(seen).toEqual(seen.map((_, index) => index));
    await peer.stop();
    await followed;
  });

  it('stops a peer', async () => {
    const dataDir = await tempDir();
    const peer = await startedPeer(configFor(dataDir));
    await createControlClient(dataDir).stop();
    expect(await peer.ended).toBeNull();
  });

  it('stops following when the client goes away', async () => {
    const dataDir = await tempDir();
    const peer = await startedPeer(configFor(dataDir));
    const gone = new AbortController();
    const { signal } = gone;
    const logs = createControlClient(dataDir).logs({ follow: true, signal });
    const lines = logs[Symbol.asyncIterator]();
    await lines.next();
    gone.abort();
    expect(await codeOf(lines.next().then(() => lines.next()))).toBe('aborted');
    await peer.stop();
  });

  it('refuses what it does not understand', async () => {
    const dataDir = await tempDir();
    await startedPeer(configFor(dataDir));
    const refusals: readonly (readonly [string, string, string | undefined, number, string])[] = [
      ['GET', '/nothing', undefined, 404, 'control_route_unknown'],
      ['DELETE', '/status', undefined, 404, 'control_route_unknown'],
      ['GET', '/tasks/%zz', undefined, 422, 'control_request_invalid'],
      ['GET', '/tasks/77', undefined, 404, 'task_unknown'],
      ['GET', '/history?kind=task.ended,tsk.seen', undefined, 422, 'control_request_invalid'],
      ['GET', '/history?text=%21%21', undefined, 422, 'control_request_invalid'],
      ['GET', '/history?peer=nobody', undefined, 404, 'peer_unknown'],
      ['GET', '/why/task/77', undefined, 404, 'task_unknown'],
      ['GET', '/why/task/x', undefined, 404, 'task_unknown'],
      ['GET', '/why/peer/nobody', undefined, 404, 'peer_unknown'],
      ['GET', '/logs?from=-1', undefined, 422, 'control_request_invalid'],
      ['GET', '/logs?form=1', undefined, 422, 'control_request_invalid'],
      ['POST', '/look', '{', 422, 'control_request_invalid'],
      ['POST', '/look', '{"repo":"x"}', 422, 'control_request_invalid'],
      ['POST', '/look', '{"repo":"a/b"}', 422, 'control_request_invalid'],
      ['POST', '/submit', '[]', 422, 'control_request_invalid'],
      ['POST', '/submit', '{"title":"t","body":"b"}', 422, 'control_request_invalid'],
      ['POST', '/submit', '{"title":" ","body":""}', 422, 'control_request_invalid'],
      ['POST', '/submit', '{"title":"t","body":"b","lables":[]}', 422, 'control_request_invalid'],
      ['POST', '/look', `"${'x'.repeat(300_000)}"`, 413, 'message_too_large'],
    ];
    for (const [method, path, body, status, code] of refusals) {
      const answer = await raw(dataDir, method, path, body);
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, status, code]);
      expect(answer.body.advice.length).toBeGreaterThan(10);
    }
    expect((await raw(dataDir, 'GET', '/status')).status).toBe(200);
  });

  it('notices a peer that speaks otherwise', async () => {
    const dataDir = await tempDir();
    let answer = '{"problems":[]}';
    const impostor = createServer((_, response) => response.end(answer));
    impostor.listen(layoutOf(dataDir).controlSocket);
    onCleanup(() => new Promise((resolve) => impostor.close(resolve)));
    await once(impostor, 'listening');
    const client: ControlClient = createControlClient(dataDir);
    expect(await codeOf(client.status())).toBe('control_answer_invalid');
    answer = 'nonsense';
    expect(await codeOf(client.peers())).toBe('control_answer_invalid');
  });
});
