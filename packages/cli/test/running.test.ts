/** Every command against one running peer, which brings its embedded forge along. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCleanups, run, runJson, type Running, tempDir, until, up } from './support.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const cleanups = createCleanups();
let dir: string;
let data: string[];
let peer: Running;

beforeAll(async () => {
  dir = await tempDir(cleanups);
  data = ['--data', dir];
  const env = { BZZZ_ANNOUNCE_MS: '500', BZZZ_BACKOFF_MS: '200', BZZZ_SLOTS: '1' };
  const secret = join(await tempDir(cleanups), 'webhook.secret');
  await writeFile(secret, 'it-is-a-secret\n', { mode: 0o600 });
  const webhook = ['--webhook-listen', '127.0.0.1:0', '--webhook-secret-file', secret];
  peer = await up(cleanups, [...data, '--name', 'solo', ...webhook], { env });
});

afterAll(() => cleanups.run());

/** It works on a dozen issues meanwhile, perhaps on a machine that is busy with other tests. */
const patientMs = 180_000;

interface Task {
  readonly task: string;
  readonly state: string;
  readonly wanted: boolean;
  readonly pullRequest: number | null;
}

async function tasks(): Promise<Task[]> {
  return (await runJson(['tasks', ...data])).tasks;
}

describe('with a running peer', () => {
  it('up starts an embedded forge without a token, on loopback only', () => {
    expect(peer.facts.embeddedForge).toBe(true);
    expect(peer.facts.apiUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(peer.facts.repositories).toEqual(['demo/textkit']);
    for (const address of peer.facts.addresses) expect(address).toMatch(/^\/ip4\/127\.0\.0\.1\//);
  });

  it('status', async () => {
    const status = await until(async () => {
      const answer = await runJson(['status', ...data]);
      return answer.forge.watching[0]?.answeredAgoMs !== null && answer;
    });
    expect(status.peer).toMatchObject({ id: peer.facts.peer, name: 'solo', dataDir: dir });
    const { code, out } = await run(['status', ...data]);
    expect(code).toBe(0);
    expect(out.split('\n').length).toBeLessThan(24);
    expect(out.split('\n')[0]).toMatch(/WRONG Alone|note {2}Looking/);
    expect(out).toContain('demo/textkit: watcher');
    expect(out).toMatch(/^webhook +127\.0\.0\.1:\d+: 0 hints, 0 of no concern, 0 refused$/m);
    // Not a terminal: no colours.
    expect(out).not.toContain('\u001b');
  });

  it('open tells the link to its page, whose key opens the API', async () => {
    const { link } = await runJson(['open', ...data]);
    const { origin, hash, hostname } = new URL(link);
    // Nobody but this machine, unless the config says so.
    expect(hostname).toBe('127.0.0.1');
    const token = hash.replace('#token=', '');
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${origin}/api/v1/status`, { headers });
    expect(await answer.json()).toMatchObject({ peer: { name: 'solo' }, gateway: { url: origin } });
    expect((await fetch(`${origin}/api/v1/status`)).status).toBe(401);
    expect((await run(['open', ...data])).out.trim()).toBe(link);
  });

  it('key makes keys by roles, lists them and takes them away', {
    timeout: patientMs,
  }, async () => {
    const made = await runJson(['key', 'make', 'wall', '--role', 'viewer', ...data]);
    expect(made).toMatchObject({ name: 'wall', role: 'viewer', scopes: ['view'] });
    expect((await run(['key', 'list', ...data])).out).toMatch(/^wall +viewer +view +admin-token$/m);
    const { code, err } = await run(['key', 'make', 'wall', '--scope', 'view', ...data]);
    expect([code, err]).toEqual([1, expect.stringContaining('gateway_key_taken')]);
    const { code: removed } = await run(['key', 'remove', 'wall', ...data]);
    expect(removed).toBe(0);
    expect(await readFile(join(dir, 'gateway-keys.json'), 'utf8')).toContain('"keys": []');
  });

  it('top without a terminal prints how it is, then what happens', async () => {
    const args = ['--conditions=bzzz-source', main, 'top', ...data];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'close');
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (/^\d\d:\d\d:\d\d.* solo /.test(line)) break;
    }
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(lines.join('\n')).toMatch(/^work +\d of 1 slot busy/m);
    expect(lines.join('\n')).not.toContain('\u001b');
  });

  it('peers', async () => {
    const { peers } = await runJson(['peers', ...data]);
    expect(peers).toHaveLength(1);
    expect(peers[0]).toMatchObject({ name: 'solo', self: true, executors: ['recipe'] });
    const { out } = await run(['peers', ...data]);
    expect(out).toContain('this one');
  });

  it(
    'submit, and tasks until it is done',
    async () => {
      const filed = await runJson([
        'submit',
        ...data,
        '--recipe=license-header',
        '--param=module=distance',
        '--title=License for distance',
      ]);
      expect(filed).toMatchObject({ repo: 'demo/textkit', labelsMissing: [] });
      const id = `demo/textkit#${filed.number}`;
      await until(async () =>
        (await tasks()).find(({ task, state }) => task === id && state === 'done'),
      );
      const listed = await run(['tasks', ...data]);
      expect(listed.out).toMatch(new RegExp(`${id}\\s+done\\s+1\\s+solo\\s+#\\d+\\s+License`));
      const story = await run(['tasks', String(filed.number), ...data]);
      expect(story.out).toContain('claimed it, epoch 1');
      expect(story.out).toContain('pull request #');
      const { story: entries } = await runJson(['tasks', `#${filed.number}`, ...data]);
      // Behind it only that the last words were put again, in case somebody had written over them.
      expect(entries).toContainEqual(
        expect.objectContaining({
          name: 'solo',
          entry: expect.objectContaining({ body: expect.objectContaining({ kind: 'task.ended' }) }),
        }),
      );
    },
    patientMs,
  );

  it('why', async () => {
    // An issue of the sample by somebody whom its policy does not trust.
    const issue = await until(async () => {
      const { tasks: all } = await runJson(['tasks', ...data]);
      return all.find((one: { reason: string | null }) => one.reason?.includes('trusts'));
    });
    const id = issue.task.replace('demo/textkit', '');
    const told = await run(['why', id, ...data]);
    expect(told.code).toBe(0);
    const [head, conclusion, blank, headings, row] = told.out.split('\n');
    expect(head).toMatch(new RegExp(`^${issue.task} {2}\\S`));
    expect(conclusion).toMatch(/^It is left alone: mallory is NONE here/);
    expect([blank, headings]).toEqual(['', 'peer             why']);
    expect(row).toMatch(/^solo \(this one\) {2}it is left alone: mallory/);
    const json = await runJson(['why', issue.task, ...data]);
    expect(json).toMatchObject({
      task: issue.task,
      peers: [{ name: 'solo', self: true, reason: { kind: 'unwanted' }, silence: null }],
    });
    const idle = await run(['why', 'solo', ...data]);
    expect(idle.code).toBe(0);
    expect(idle.out).toMatch(/^solo \(this one\) {2}12D3KooW\S+\n\d of 1 slot taken; /);
    expect(await runJson(['why', peer.facts.peer, ...data])).toMatchObject({
      name: 'solo',
      idle: { slots: 1 },
    });
    for (const more of [[], ['--json']]) {
      const unseen = await run(['why', '999', ...data, ...more]);
      expect([unseen.code, unseen.err]).toEqual([1, '']);
      expect(unseen.out).toContain('Nobody has seen it asked for');
      expect((await run(['tasks', '999', ...data, ...more])).code).toBe(1);
    }
    const nobody = await run(['why', 'nobody', ...data]);
    expect(nobody.code).toBe(1);
    expect(nobody.err).toContain('peer_unknown');
  });

  it('logs', async () => {
    const all = await run(['logs', ...data, '--json', '--from', '0']);
    const lines = all.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ seq: 0, entry: { body: { kind: 'peer.started' } } });
    const few = await run(['logs', ...data, '-n', '2']);
    expect(few.out.trim().split('\n')).toHaveLength(2);
  });

  it('logs of a peer, of a task, and of all, by kind, time and words', {
    timeout: patientMs,
  }, async () => {
    const lines = async (...args: string[]) => {
      const { code, out, err } = await run(['logs', ...args, ...data, '--json', '-n', '1000']);
      expect([code, err]).toEqual([0, '']);
      return out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    };
    const [of] = await until(async () => (await tasks()).length > 0 && tasks());
    const task = of?.task;
    const kinds = (found: { entry: { body: { kind: string } } }[]) =>
      new Set(found.map(({ entry }) => entry.body.kind));
    expect(kinds(await lines('--mesh', '--kind', 'peer.started'))).toEqual(
      new Set(['peer.started']),
    );
    const own = await lines('solo');
    expect(own[0]).toMatchObject({ name: 'solo', seq: 0 });
    const ofTask = await lines(task ?? '');
    expect(kinds(ofTask)).toContain('task.seen');
    expect(ofTask.length).toBeLessThan(own.length);
    expect(await lines('--since', '2999-01-01')).toEqual([]);
    expect(await lines('--since', '1h', '--text', 'no-such-word')).toEqual([]);
    const untold = await run(['logs', '999', ...data]);
    expect([untold.code, untold.out]).toEqual([0, '']);
    expect(untold.err).toContain('`bzzz why 999` says how it stands');
    const text = await run(['logs', 'solo', ...data, '-n', '3']);
    expect(text.out).toContain('solo');
    const nobody = await run(['logs', 'nobody', ...data]);
    expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining('peer_unknown')]);
  });

  it('index rebuild', async () => {
    const { entries } = await runJson(['index', 'rebuild', ...data]);
    expect(entries).toBeGreaterThan(5);
    expect((await run(['index', 'rebuild', ...data])).out).toMatch(/^Made anew: \d+ entries/);
  });

  it('logs -f, until Ctrl-C', async () => {
    const args = ['--conditions=bzzz-source', main, 'logs', '-f', '--from', '0', ...data];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    cleanups.add(() => child.kill('SIGKILL'));
    const ended = once(child, 'close');
    await once(createInterface({ input: child.stdout }), 'line');
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
  });

  it('doctor', async () => {
    const { code, out } = await run(['doctor', ...data]);
    // It is alone.
    expect(code).toBe(1);
    expect(out).toMatch(/^ok {4}token: of bzzz-bot/m);
    expect(out).toMatch(/^WRONG mesh: alone/m);
  });

  it('bad requests', async () => {
    const unknown = await run(['tasks', '4711', ...data]);
    expect(unknown.code).toBe(1);
    expect(unknown.err).toContain('task_unknown');
    const nowhere = ['submit', ...data, '--recipe', 'format', '--repo', 'demo/nothing'];
    const refused = await run(nowhere);
    expect(refused.code).toBe(2);
    // It cannot judge what would be worked on there.
    expect(refused.err).toContain('this peer does not work on demo/nothing');
    const json = await run([...nowhere, '--json']);
    expect(JSON.parse(json.err)).toMatchObject({ error: { code: 'control_request_invalid' } });
  });

  it('a second peer on the folder', async () => {
    const second = await run(['up', ...data]);
    expect(second.code).toBe(4);
    expect(second.err).toContain(`process ${peer.facts.pid} `);
    const token = join(dir, 'forge.token');
    const env = { GITHUB_TOKEN_FILE: token };
    const other = await run(['up', ...data], { env });
    expect(other.code).toBe(4);
    expect(other.err).toContain('peer_folder_locked');
  });

  it('a reader that has seen enough', async () => {
    const command = `"$0" --conditions=bzzz-source "$1" logs --data "$2" --from 0 | head -n 1`;
    const child = spawn('bash', ['-o', 'pipefail', '-c', command, process.execPath, main, dir]);
    const err: Buffer[] = [];
    child.stderr.on('data', (piece: Buffer) => err.push(piece));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(Buffer.concat(err).toString()).toBe('');
  });
});

describe('two peers', () => {
  it(
    'share the work of one forge, and show each other',
    async () => {
      const other = await tempDir(cleanups);
      await mkdir(other, { recursive: true });
      const env = {
        BZZZ_BOOTSTRAP: peer.facts.addresses[0] ?? '',
        BZZZ_MESH_KEY_FILE: join(dir, 'mesh.key'),
        BZZZ_LISTEN: '/ip4/127.0.0.1/tcp/0',
        BZZZ_MDNS: 'off',
        GITHUB_API_URL: peer.facts.apiUrl,
        BZZZ_GIT_URL: peer.facts.apiUrl,
        GITHUB_TOKEN_FILE: join(dir, 'forge.token'),
        BZZZ_REPOSITORIES: 'demo/textkit',
      };
      const second = await up(cleanups, ['--data', other, '--name', 'duo'], { env });
      expect(second.facts.embeddedForge).toBe(false);
      await until(async () => {
        const { peers } = await runJson(['peers', ...data]);
        return peers.some(
          (one: { name: string; connected: boolean; journal: { here: number } }) => {
            return one.name === 'duo' && one.connected && one.journal.here > 0;
          },
        );
      });
      expect((await run(['peers', ...data])).out).toMatch(/duo .* connected/);
      expect((await run(['status', ...data])).out).toMatch(/^All is well|^note/);
      second.process.kill('SIGKILL');
      await second.ended;
      await until(async () => {
        const { peers } = await runJson(['peers', ...data]);
        return peers.some((one: { name: string; liveness: string }) => {
          return one.name === 'duo' && one.liveness !== 'alive';
        });
      });
      expect((await run(['status', '--data', other])).code).toBe(3);
    },
    patientMs,
  );
});

describe('the end', () => {
  it(
    'every eligible issue of the sample is done before Ctrl-C, and the peer ends well',
    async () => {
      await until(async () => {
        const wanted = (await tasks()).filter(({ wanted }) => wanted);
        return wanted.length >= 9 && wanted.every(({ state }) => state === 'done');
      });
      peer.process.kill('SIGINT');
      expect(await peer.ended).toBe(0);
      expect(peer.err()).toContain('the peer has stopped');
      expect((await run(['status', ...data])).code).toBe(3);
    },
    patientMs,
  );

  it(
    'a second run over the same folder does nothing twice',
    async () => {
      const again = await up(cleanups, [...data, '--name', 'solo']);
      expect(again.facts.peer).toBe(peer.facts.peer);
      await until(async () => {
        const { forge } = await runJson(['status', ...data]);
        return forge.watching[0]?.polls > 2;
      });
      const { out } = await run(['logs', ...data, '--json', '--from', '0']);
      const lines = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).entry.body);
      const start = lines.findLastIndex(({ kind }) => kind === 'peer.started');
      expect(lines.slice(start).filter(({ kind }) => kind === 'fence.intended')).toEqual([]);
      again.process.kill('SIGTERM');
      expect(await again.ended).toBe(0);
    },
    patientMs,
  );
});
