/** This process's one host, started when it is first needed, and again after it was lost. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Order, Report } from './messages.ts';

export interface Link {
  send(order: Order): void;
  /** Nothing more is awaited under that id. */
  done(id: number): void;
}

export interface Listener {
  onReport(report: Report): void;
  /** The host is gone, and what it ran with it. */
  onLost(reason: string): void;
}

interface Host {
  readonly child: ChildProcess;
  readonly listeners: Map<number, Listener>;
}

// Sources are run as they are, too.
const file = import.meta.url.endsWith('.ts') ? './host.ts' : './host.js';
const entry = fileURLToPath(new URL(file, import.meta.url));

let current: Host | null = null;

export function join(id: number, listener: Listener): Link {
  current ??= startHost();
  const host = current;
  host.listeners.set(id, listener);
  // Only while it has something to do for us does it keep this process alive.
  if (host.listeners.size === 1) host.child.channel?.ref();
  return {
    send(order) {
      // What could not be sent is told by the host's end.
      host.child.send(order, () => undefined);
    },
    done() {
      host.listeners.delete(id);
      if (host.listeners.size === 0) host.child.channel?.unref();
    },
  };
}

function startHost(): Host {
  const child = fork(entry, [], {
    cwd: '/',
    env: {},
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const host: Host = { child, listeners: new Map() };
  const lose = (reason: string) => {
    if (current === host) current = null;
    for (const listener of host.listeners.values()) listener.onLost(reason);
    host.listeners.clear();
  };
  child.on('message', (report: Report) => host.listeners.get(report.id)?.onReport(report));
  child.once('error', (error) => lose(error.message));
  // What it said last is read before the channel ends, which may be after its end is known.
  let ending: string | null = null;
  child.once('exit', (code, signal) => {
    ending = `it ended with ${signal ?? code}`;
    if (!child.connected) lose(ending);
  });
  child.once('disconnect', () => {
    if (ending !== null) lose(ending);
  });
  child.unref();
  child.channel?.unref();
  return host;
}
