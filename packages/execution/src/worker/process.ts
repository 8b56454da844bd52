/**
 * One worker's process, from its start to its end. It is ended when it stops giving signs of life, says what
 * is no message, takes too much memory or does not read what it is told. Should this process die, however it
 * dies, the kernel kills the worker (`setpriv --pdeathsig`), even one that stands still or spins.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex, PassThrough } from 'node:stream';
import type { Clock } from '@bzzz/coordination';
import { reasonOf } from '@bzzz/protocol';
import { usualReservedBytes } from '../limit-watch.ts';
import { readProcess, signalProcess } from '../processes.ts';
import { openChannel } from './channel.ts';
import { WorkerLost } from './lost.ts';
import { type ToPeer, type ToWorker, toPeer, toWorker } from './messages.ts';
import type { WorkerSettings } from './options.ts';

export interface WorkerProcess {
  readonly pid: number;
  send(message: ToWorker): void;
  /** Told what it says from now on, and once why it is lost, if it is. */
  listen(listener: WorkerListener): void;
  /** Ends it for the reason, unless it has ended. */
  lose(reason: string): void;
  /** Ends it. Resolves when nothing of its group exists any more. Idempotent. */
  end(): Promise<void>;
}

interface WorkerListener {
  onMessage(message: ToPeer): void;
  onLost(lost: WorkerLost): void;
}

/** In one beat. A worker says little: each answer of a model and each run of a command a few words. */
const messagesMax = 2_000;

/** Resolves when it stands. Throws `WorkerLost`, or the signal's reason; nothing of it is left then. */
export async function startProcess(
  clock: Clock,
  settings: WorkerSettings,
  signal: AbortSignal,
): Promise<WorkerProcess> {
  signal.throwIfAborted();
  const child = spawnWorker(settings);
  const { promise: stands, resolve, reject } = Promise.withResolvers<void>();
  const worker = watched(clock, child, settings, () => resolve());
  worker.listen({ onMessage: () => undefined, onLost: reject });
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const { startMs } = settings;
  const cancel = clock.after(startMs, () => worker.lose(`it did not start within ${startMs} ms`));
  try {
    await stands;
    return worker;
  } catch (error) {
    await worker.end();
    throw error;
  } finally {
    cancel();
    signal.removeEventListener('abort', onAbort);
  }
}

function spawnWorker({ entry, heapBytesMax, residentBytesMax }: WorkerSettings): ChildProcess {
  const heapMebibytes = Math.ceil(heapBytesMax / 1024 / 1024);
  const args = [
    '--pdeathsig',
    'KILL',
    'prlimit',
    '--core=0',
    // What it takes between two looks at it.
    `--data=${residentBytesMax + usualReservedBytes}`,
    process.execPath,
    `--max-old-space-size=${heapMebibytes}`,
    // Nobody may open a debugger in it.
    '--disable-sigusr1',
    ...(entry.endsWith('.ts') ? ['--conditions=bzzz-source'] : []),
    entry,
  ];
  return spawn('setpriv', args, {
    cwd: '/',
    env: environment(),
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    // A terminal's Ctrl-C does not reach it: whoever stops the peer lets it end its work first.
    detached: true,
  });
}

/** What a connection to a model server may need. Nothing else of ours, so no token can be in it. */
const wanted = ['PATH', 'TZ', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
/** Where the operator told Node to use these. */
const ofProxies = [
  'NODE_USE_ENV_PROXY',
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
];

function environment(): Record<string, string> {
  const usesProxies = process.env['NODE_USE_ENV_PROXY'] === '1';
  const own = [...wanted, ...(usesProxies ? ofProxies : [])].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { LANG: 'C.UTF-8', ...Object.fromEntries(own) };
}

/** There is none where the system had no room for another process; then `error` follows. */
function duplexOf({ stdio }: ChildProcess): Duplex {
  const pipe: unknown = stdio?.[3];
  return pipe instanceof Duplex ? pipe : new PassThrough();
}

function watched(
  clock: Clock,
  child: ChildProcess,
  settings: WorkerSettings,
  onStands: () => void,
): WorkerProcess {
  const { beatMs, silentMs, residentBytesMax, waitingBytesMax } = settings;
  const pid = child.pid ?? Number.NaN;
  const gone = Promise.withResolvers<void>();
  let hasExited = false;
  let isOver = false;
  let stands = false;
  let lost: WorkerLost | null = null;
  let listener: WorkerListener | null = null;
  let silentBeats = 0;
  let messages = 0;
  let cancelLook = () => {};

  function finish(): void {
    isOver = true;
    cancelLook();
    channel.close();
    // Until it has exited its number is not given to somebody else.
    if (!hasExited && child.pid !== undefined) signalProcess(-pid, 'SIGKILL');
  }

  function lose(reason: string): void {
    if (isOver) return;
    finish();
    lost = new WorkerLost(reason);
    listener?.onLost(lost);
  }

  const channel = openChannel(
    duplexOf(child),
    { incoming: toPeer, outgoing: toWorker },
    {
      onMessage(message) {
        if (isOver) return;
        silentBeats = 0;
        messages += 1;
        if (messages > messagesMax) return lose('it says too much');
        if (message.kind === 'hello') {
          stands = true;
          onStands();
        } else if (message.kind !== 'beat') listener?.onMessage(message);
      },
      onGarbage: (reason) => lose(`what it says is no message (${reason})`),
      // Where it has died, how it died says more.
      onClosed: () => void clock.after(beatMs, () => lose('it closed its channel')),
    },
  );

  child.once('error', (error) => {
    hasExited = true;
    gone.resolve();
    lose(`it cannot be started: ${reasonOf(error)}`);
  });
  child.once('exit', (code, killedBy) => {
    hasExited = true;
    gone.resolve();
    lose(killedBy === null ? `it ended with exit code ${code}` : `it was ended by ${killedBy}`);
  });

  /** In beats, at most one a look: a peer that was itself stopped does not hold that against its worker. */
  async function look(): Promise<void> {
    messages = 0;
    // Until it stands its start has a time of its own.
    if (stands) silentBeats += 1;
    if (silentBeats * beatMs > silentMs) return lose(`it gave no sign for ${silentMs} ms`);
    const residentBytes = (await readProcess(pid))?.residentBytes ?? 0;
    if (residentBytes > residentBytesMax) {
      return lose(`it took more than ${residentBytesMax} bytes of memory`);
    }
    lookLater();
  }

  function lookLater(): void {
    if (isOver) return;
    cancelLook = clock.after(beatMs, () => {
      look().catch((error: unknown) => lose(`it cannot be watched: ${reasonOf(error)}`));
    });
  }
  lookLater();

  return {
    pid,
    lose,
    listen(next) {
      listener = next;
      if (lost !== null) next.onLost(lost);
    },
    send(message) {
      if (isOver) return;
      channel.send(message);
      if (channel.waiting() > waitingBytesMax) lose('it does not read what it is told');
    },
    async end() {
      if (!isOver) finish();
      await gone.promise;
    },
  };
}
