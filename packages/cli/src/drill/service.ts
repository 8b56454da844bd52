/** Whether somebody starts a process again when it is killed: a service of systemd that is kept up. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { ProcessId } from './process.ts';

const askMsMax = 5_000;
/** systemd.service(5): these start it again after SIGKILL. */
const restarts: ReadonlySet<string> = new Set(['always', 'on-failure', 'on-abnormal', 'on-abort']);

export async function serviceOf({ pid }: ProcessId): Promise<string | undefined> {
  const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  const service = unitIn(groups);
  if (service === undefined) return undefined;
  const shown = await show(service);
  return isKeptUp(shown, pid) ? service.unit : undefined;
}

interface Unit {
  readonly unit: string;
  /** Of a person's own systemd. */
  readonly own: boolean;
}

/** By the group of processes that is named after it. Its job alone may have left a process there, as cron does. */
export function unitIn(groups: string): Unit | undefined {
  const path = /^.*\/[^/\n]+\.service$/m.exec(groups)?.[0];
  const unit = path?.split('/').at(-1);
  if (path === undefined || unit === undefined) return undefined;
  return { unit, own: /\/user@\d+\.service\//.test(path) };
}

/** By what `systemctl show` says: it is the very process that is watched, and it is started again after SIGKILL. */
export function isKeptUp(shown: string, pid: number): boolean {
  const said = new Map(
    shown.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1).trim()] as const;
    }),
  );
  return said.get('MainPID') === String(pid) && restarts.has(said.get('Restart') ?? '');
}

/** Empty: nobody says anything, as where no systemd runs. */
function show({ unit, own }: Unit): Promise<string> {
  const args = [...(own ? ['--user'] : []), 'show', '-p', 'MainPID,Restart', '--', unit];
  return new Promise((resolve) => {
    execFile('systemctl', args, { timeout: askMsMax }, (error, stdout) =>
      resolve(error === null ? stdout : ''),
    );
  });
}
