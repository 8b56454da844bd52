/** What crosses the channel while a worker works: abort in each phase, rest, help, much output; and its peer's death. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Rest } from '@bzzz/coordination';
import { inOrder } from '@bzzz/testkit/scripted/ollama';
import { describe, expect, it, onTestFinished } from 'vitest';
import { helpInOrder, says as peerSays, silentHelp } from '../support/helpers.ts';
import { makeCliWorld, realKey } from '../support/cli-world.ts';
import { calls, finish, makeOllamaWorld, toolOutputs } from '../support/ollama-world.ts';
import { inWorkers, readProc, type RunOptions, workerPids } from '../support/workers.ts';
import { lives, pidsOf, put, uniqueSleep, until } from '../support.ts';

async function world(script: Parameters<typeof makeOllamaWorld>[0]['script']) {
  const at = await makeOllamaWorld({ where: inWorkers(), script });
  onTestFinished(() => at.dispose());
  return at;
}

function makeRest(): Rest & { set(wanted: boolean): void; followers(): number } {
  const listeners = new Set<() => void>();
  let now = false;
  return {
    wanted: () => now,
    followers: () => listeners.size,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    set(wanted) {
      now = wanted;
      for (const listener of listeners) listener();
    },
  };
}

/** Whether a text stands anywhere in what a process can write to. */
async function holds(pid: number, text: string): Promise<boolean> {
  await using memory = await open(`/proc/${pid}/mem`, 'r');
  for (const line of readProc(pid, 'maps').split('\n')) {
    const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
    const start = Number.parseInt(from, 16);
    const length = Number.parseInt(to, 16) - start;
    // Some areas of the kernel's own cannot be read.
    const found = await memory.read(Buffer.alloc(length || 0), 0, length || 0, start || 0).then(
      ({ buffer }) => buffer.includes(text),
      () => false,
    );
    if (found) return true;
  }
  return false;
}

const wait = calls(['run', { name: 'wait' }]);
const ask = calls(['ask_for_help', { question: 'How?' }]);

describe('an abort', () => {
  interface Phase {
    readonly what: string;
    /** Resolves when the phase has come. */
    readonly begin: (run: (options?: RunOptions) => void) => Promise<unknown>;
  }
  const seconds = uniqueSleep();
  const commands = { wait: ['sh', '-c', `sleep ${seconds} & wait`] };

  async function expectAborted(
    script: Parameters<typeof makeOllamaWorld>[0]['script'],
    begin: Phase['begin'],
  ) {
    const at = await world(script);
    const abort = new AbortController();
    let refused: Promise<void> = Promise.resolve();
    await begin((options) => {
      const work = at.run({ commands }, { ...options, signal: abort.signal });
      refused = expect(work).rejects.toMatchObject({ code: 'aborted' });
    });
    abort.abort();
    await refused;
    expect(workerPids()).toEqual([]);
    expect(lives(seconds)).toBe(false);
  }

  it('while the worker is started', () =>
    expectAborted(inOrder(finish), async (run) => {
      run();
      await until(() => workerPids().length === 1);
    }));

  it('while a model is asked', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const script = () => {
      resolve();
      return { kind: 'silence' as const };
    };
    await expectAborted(script, (run) => {
      run();
      return asked;
    });
  });

  it('while a command runs', () =>
    expectAborted(inOrder(wait), (run) => {
      run();
      return until(() => lives(`sleep\0${seconds}`));
    }));

  it('while another peer is asked, who learns of it', async () => {
    const { help, asked } = silentHelp();
    await expectAborted(inOrder(ask), (run) => {
      run({ help });
      return asked;
    });
    expect((await asked)?.aborted).toBe(true);
  });

  it('while it rests', async () => {
    const rest = makeRest();
    await expectAborted(inOrder(wait, finish), async (run) => {
      run({ rest });
      await until(() => lives(`sleep\0${seconds}`));
      rest.set(true);
      const [pid = 0] = pidsOf(`sleep\0${seconds}`);
      await until(() => / T /.test(readProc(pid, 'stat')));
    });
  });
});

describe('a rest', () => {
  it('holds commands and questions to a model, and ends', async () => {
    const rest = makeRest();
    const go = 'while [ ! -e go ]; do sleep 0.02; done';
    const run = calls(['run', { name: 'go' }]);
    const at = await world(inOrder(run, finish));
    const work = at.run({ commands: { go: ['sh', '-c', go] } }, { rest });
    await until(() => pidsOf(go).length > 0 && at.server.chats.length === 1);
    rest.set(true);
    await until(() => pidsOf(go).some((pid) => / T /.test(readProc(pid, 'stat'))));
    await put(at.workspace, 'go', '');
    rest.set(false);
    expect(await work).toMatchObject({ succeeded: true });
    expect(at.server.chats).toHaveLength(2);
  });

  it('that was wanted before it began lets nothing be asked', async () => {
    const rest = makeRest();
    rest.set(true);
    let asked = 0;
    const at = await world(() => {
      asked += rest.wanted() ? 1 : 0;
      return finish;
    });
    const work = at.run({}, { rest });
    await until(() => rest.followers() > 0);
    rest.set(false);
    expect(await work).toMatchObject({ succeeded: true });
    expect(asked).toBe(0);
  });
});

describe('help', () => {
  it('that changes files is seen in the worker', async () => {
    const at = await world(inOrder(ask, calls(['read_file', { path: 'src/value.txt' }]), finish));
    const { help, questions } = helpInOrder(async () => {
      await put(at.workspace, 'src/value.txt', 'of another peer\n');
      return { ...peerSays('It was this file.'), changed: true };
    });
    expect(await at.run({}, { help })).toMatchObject({ succeeded: true, answer: 'Mended.' });
    expect(questions).toEqual(['How?']);
    const [, read] = toolOutputs(at.server.chats.at(-1));
    expect(read).toContain('of another peer');
    expect(toolOutputs(at.server.chats.at(-1))[0]).toContain('files changed: src/value.txt');
  });
});

describe('a tool in a worker', () => {
  it('may print as much as it may, all of which is read', async () => {
    const script = `
for (let index = 0; index < 3000; index += 1) say({ type: 'stuff', filler: 'x'.repeat(4096) });
done({ result: 'The last words.' });`;
    const at = await makeCliWorld({ where: inWorkers(), script });
    onTestFinished(() => at.dispose());
    const report = await at.run();
    expect(report).toMatchObject({ succeeded: true, answer: 'The last words.' });
  });

  it('has the key nowhere in the memory of its worker', async () => {
    const seconds = uniqueSleep();
    const script = `import { spawn } from 'node:child_process'; spawn('sleep', ['${seconds}']);`;
    const at = await makeCliWorld({ where: inWorkers(), script });
    onTestFinished(() => at.dispose());
    const abort = new AbortController();
    const refused = expect(at.run({}, { signal: abort.signal })).rejects.toThrow('aborted');
    await until(() => lives(`sleep\0${seconds}`));
    const [pid = 0] = workerPids();
    // What it has been told is there to be found, and the key is not.
    expect(await holds(pid, 'Mend the widget.')).toBe(true);
    expect(await holds(pid, realKey)).toBe(false);
    abort.abort();
    await refused;
  });
});

describe('a peer that is killed', () => {
  async function startPeer(...more: string[]) {
    const seconds = uniqueSleep();
    const slot = await mkdtemp(join(tmpdir(), 'bzzz-killed-'));
    onTestFinished(() => rm(slot, { recursive: true, force: true }));
    await mkdir(join(slot, 'tree'));
    const program = fileURLToPath(new URL('peer.ts', import.meta.url));
    const args = ['--conditions=bzzz-source', program, slot, seconds, ...more];
    const peer = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    onTestFinished(() => void peer.kill('SIGKILL'));
    const worker = async () => {
      await until(() => workerPids(peer.pid).length === 1);
      const [pid = 0] = workerPids(peer.pid);
      return pid;
    };
    return { peer, worker, seconds };
  }

  it.each([
    ['works', null],
    ['stands still', 'SIGSTOP'],
  ] as const)('takes a worker along that %s, and its commands', async (_what, signal) => {
    const { peer, worker, seconds } = await startPeer();
    await until(() => lives(`sleep\0${seconds}`));
    const pid = await worker();
    if (signal !== null) process.kill(pid, signal);
    peer.kill('SIGKILL');
    await until(() => readProc(pid, 'cmdline') === '' && !lives(seconds));
  });

  it('takes a worker along that spins', async () => {
    const { peer, worker } = await startPeer(
      fileURLToPath(new URL('bad-worker.ts', import.meta.url)),
    );
    const pid = await worker();
    // In hundredths of a second; a start takes a fifth of that.
    const ticks = () => Number(readProc(pid, 'stat').split(') ')[1]?.split(' ')[11]);
    await until(() => ticks() > 100);
    peer.kill('SIGKILL');
    await until(() => readProc(pid, 'cmdline') === '');
  });
});
