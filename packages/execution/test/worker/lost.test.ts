/** Workers that die, hang or are mad: the attempt ends with its reason, nothing of it is left, and the next one works. */
import { fileURLToPath } from 'node:url';
import type { AskForHelp, PromptJob } from '@bzzz/coordination';
import type { WorkerOptions } from '@bzzz/execution';
import { inOrder } from '@bzzz/testkit/scripted/ollama';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { nobody } from '../support/helpers.ts';
import { calls, finish, job, makeOllamaWorld } from '../support/ollama-world.ts';
import { makeWorkers, readProc, type Watched, workerPids } from '../support/workers.ts';
import { lives, uniqueSleep, until } from '../support.ts';

const entryOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const brisk: WorkerOptions = { health: { pauseMs: 1 } };
const impatient: WorkerOptions = { ...brisk, beatMs: 100, silentMs: 2_000 };

async function world(options: WorkerOptions, script = inOrder(finish)) {
  let watched: Watched | undefined;
  const where = (runner: Parameters<typeof makeWorkers>[0]) => {
    watched = makeWorkers(runner, options);
    return { runner, workers: watched.workers };
  };
  const at = await makeOllamaWorld({ where, script });
  onTestFinished(() => at.dispose());
  if (watched === undefined) throw new Error('no workers were made');
  return { ...at, ...watched };
}

/** A real worker whose model lets a command run that never ends. */
async function working(options: WorkerOptions) {
  const seconds = uniqueSleep();
  const wait = calls(['run', { name: 'wait' }]);
  const at = await world(options, inOrder(wait, finish));
  const commands = { wait: ['sh', '-c', `sleep ${seconds} & wait`] };
  const work = at.run({ commands });
  const lost = work.then(
    () => expect.unreachable('it ended well'),
    (error: unknown) => error,
  );
  await until(() => lives(`sleep\0${seconds}`));
  const [pid = 0, ...more] = workerPids();
  expect(more).toEqual([]);
  return { ...at, pid, lost, lives: () => lives(seconds) };
}

describe('a worker with a command under way', () => {
  it('that is killed takes its command along, and the next attempt works', async () => {
    const at = await working(brisk);
    process.kill(at.pid, 'SIGKILL');
    const reason = 'the worker of ollama is lost: it was ended by SIGKILL';
    expect(await at.lost).toMatchObject({ code: 'worker_lost', reason });
    expect(at.lives()).toBe(false);
    expect(workerPids()).toEqual([]);
    expect(at.deaths).toEqual(['it was ended by SIGKILL']);
    expect(at.restarts).toEqual([]);
    expect(await at.run()).toMatchObject({ succeeded: true });
    expect(at.restarts).toEqual(['it was ended by SIGKILL']);
    expect(at.workers.state()).toMatchObject([
      { kind: 'ollama', deaths: 1, recent: 1, running: 0, breaker: 'closed', unready: null },
    ]);
  });

  it('that stands still is found by its silence', async () => {
    const at = await working(impatient);
    process.kill(at.pid, 'SIGSTOP');
    const reason = 'the worker of ollama is lost: it gave no sign for 2000 ms';
    expect(await at.lost).toMatchObject({ code: 'worker_lost', reason });
    expect(at.lives()).toBe(false);
    expect(workerPids()).toEqual([]);
  });

  it('knows nothing that it need not, and stands outside of all worktrees', async () => {
    vi.stubEnv('GITHUB_TOKEN', 'the-secret-token');
    vi.stubEnv('HTTPS_PROXY', 'http://user:secret@proxy.invalid');
    vi.stubEnv('NODE_USE_ENV_PROXY', undefined);
    onTestFinished(() => void vi.unstubAllEnvs());
    const at = await working(brisk);
    const names = readProc(at.pid, 'environ')
      .split('\0')
      .flatMap((entry) => (entry === '' ? [] : (entry.split('=')[0] ?? '')));
    const known = ['PATH', 'LANG', 'TZ', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
    expect(known).toEqual(expect.arrayContaining(names));
    expect(readProc(at.pid, 'environ')).not.toContain('secret');
    expect(readProc(at.pid, 'cwd/proc/version')).toContain('Linux');
    process.kill(at.pid, 'SIGKILL');
    await at.lost;
  });
});

describe('a worker that', () => {
  const mad = (text: string): Partial<PromptJob> => ({ parts: [{ source: 'bzzz', text }] });
  const entry = entryOf('bad-worker.ts');
  const mebibyte = 1024 * 1024;
  const cases: [what: string, reason: RegExp, options: WorkerOptions][] = [
    ['dies', /^it ended with exit code 3$/, {}],
    ['spins', /^it gave no sign for 2000 ms$/, impatient],
    ['eats objects', /^it was ended by SIGABRT$/, { heapBytesMax: 64 * mebibyte }],
    [
      'eats buffers',
      /^it took more than \d+ bytes of memory$/,
      { residentBytesMax: 2e8, beatMs: 50 },
    ],
    ['says garbage', /^what it says is no message \(a message of \d+ bytes\)$/, {}],
    ['says what there is not', /^what it says is no message \(of a worker: kind: /, {}],
    ['floods', /^it says too much$/, {}],
    ['hangs up', /^it (closed its channel|ended with exit code 0)$/, {}],
    ['runs what it may not', /^it wants to run what it may not: id$/, {}],
    ['asks nobody', /^it asks where nobody may be asked$/, {}],
  ];
  it.each(cases)('%s is ended for it', async (what, reason, options) => {
    const at = await world({ ...brisk, entry, ...options });
    await expect(at.run(mad(what))).rejects.toMatchObject({ code: 'worker_lost' });
    expect(at.deaths).toEqual([expect.stringMatching(reason)]);
    expect(workerPids()).toEqual([]);
    expect(await at.run(mad('well'))).toMatchObject({ succeeded: true, reason: 'Well.' });
  });

  it('asks more than one after the other is ended, and so are its questions', async () => {
    const at = await world({ ...brisk, entry });
    let cut = 0;
    const help: AskForHelp = (_question, { signal } = {}) => {
      const { promise, resolve } = Promise.withResolvers<ReturnType<typeof nobody>>();
      signal?.addEventListener('abort', () => {
        cut += 1;
        resolve(nobody());
      });
      return promise;
    };
    await expect(at.run(mad('asks too much'), { help })).rejects.toMatchObject({
      code: 'worker_lost',
      reason: expect.stringContaining('it asks too much at once'),
    });
    expect(cut).toBe(4);
  });

  it('reads nothing of what a command prints is ended before that fills the memory', async () => {
    const at = await world({ ...brisk, entry, waitingBytesMax: 300_000 });
    const seconds = uniqueSleep();
    const flood = ['sh', '-c', `head -c 1000000 /dev/zero; exec sleep ${seconds}`];
    await expect(at.run({ ...mad('reads nothing'), commands: { flood } })).rejects.toMatchObject({
      code: 'worker_lost',
      reason: expect.stringContaining('it does not read what it is told'),
    });
    expect(lives(seconds)).toBe(false);
  });

  it('has said half a message is waited for like any other', async () => {
    const at = await world({ ...brisk, entry });
    const abort = new AbortController();
    const work = at.run(mad('says half'), { signal: abort.signal });
    const refused = expect(work).rejects.toMatchObject({ code: 'aborted' });
    await until(() => workerPids().length === 1);
    abort.abort();
    await refused;
  });

  it('does not end when told to is killed, and counts', async () => {
    const at = await world({ ...brisk, entry, graceMs: 300 });
    const abort = new AbortController();
    const { promise: stays, resolve: onSign } = Promise.withResolvers<void>();
    const work = at.run(mad('stays'), { signal: abort.signal, onSign });
    const refused = expect(work).rejects.toMatchObject({ code: 'aborted' });
    await stays;
    abort.abort();
    await refused;
    expect(workerPids()).toEqual([]);
    expect(at.deaths).toHaveLength(1);
  });
});

describe('workers that die again and again', () => {
  const mad = (text: string): Partial<PromptJob> => ({ parts: [{ source: 'bzzz', text }] });

  it('are not started for a while, then for one attempt alone, and again when that lived', async () => {
    const health = { pauseMs: 1, deathsMax: 2, coolDownMs: 1_000 };
    const at = await world({ entry: entryOf('bad-worker.ts'), health });
    const ready = () => at.ollama.executor.ready?.();
    let told = 0;
    at.workers.onChange(() => (told += 1));
    await expect(at.run(mad('dies'))).rejects.toMatchObject({ code: 'worker_lost' });
    expect(ready()).toBe(true);
    await expect(at.run(mad('dies'))).rejects.toMatchObject({ code: 'worker_lost' });
    expect(ready()).toBe(false);
    const [state] = at.workers.state();
    expect(state).toMatchObject({ breaker: 'open', deaths: 2 });
    expect(state?.unready).toBe(
      'its workers died 2 times lately (the last: it ended with exit code 3)',
    );
    await expect(at.run(mad('well'))).rejects.toMatchObject({
      code: 'worker_lost',
      reason: expect.stringMatching(/^nothing is begun: its workers died 2 times/),
    });
    const before = told;
    // A timer may come a little early, and is set once more then.
    await until(() => told > before && ready() === true);
    const abort = new AbortController();
    const trial = at.run(mad('stays'), { signal: abort.signal });
    const refused = expect(trial).rejects.toMatchObject({ code: 'aborted' });
    await until(() => ready() === false);
    abort.abort();
    await refused;
    // Nothing was shown by that, either way.
    await until(() => ready() === true);
    expect(await at.run(mad('well'))).toMatchObject({ succeeded: true });
    expect(at.workers.state()).toMatchObject([{ breaker: 'closed', recent: 0, unready: null }]);
    expect(ready()).toBe(true);
  });

  it('before they stand are started anew until it is hopeless', async () => {
    const at = await world({
      entry: entryOf('dies-at-once.ts'),
      health: { pauseMs: 1, deathsMax: 3 },
    });
    await expect(at.run(job)).rejects.toMatchObject({
      code: 'worker_lost',
      reason: 'the worker of ollama is lost: it ended with exit code 7',
    });
    expect(at.deaths).toHaveLength(3);
    expect(at.ollama.executor.ready?.()).toBe(false);
    await expect(at.workers.probe()).rejects.toMatchObject({ code: 'worker_lost' });
  });
});
