/**
 * What around this process may keep bubblewrap from making its sandbox: mostly the container that it runs in. These are
 * facts of the kernel, not what bubblewrap complains of, which is `Operation not permitted` whatever the cause.
 */
import { readFile } from 'node:fs/promises';

export interface Obstacle {
  readonly what: string;
  readonly advice: string;
}

/** Where the facts are read; a test says otherwise. */
export async function obstaclesOf(proc = '/proc'): Promise<Obstacle[]> {
  const read = (path: string) => readFile(`${proc}/${path}`, 'utf8').catch(() => '');
  const [status, label, mounts, most, clone, restricted] = await Promise.all([
    read('self/status'),
    read('self/attr/current'),
    read('self/mountinfo'),
    read('sys/user/max_user_namespaces'),
    read('sys/kernel/unprivileged_userns_clone'),
    read('sys/kernel/apparmor_restrict_unprivileged_userns'),
  ]);
  const obstacles: Obstacle[] = [];
  if (/^Seccomp:\s*2$/m.test(status)) {
    obstacles.push({
      what: 'system calls are filtered (seccomp)',
      advice: '`--security-opt seccomp=deploy/docker/seccomp.json`',
    });
  }
  // "docker-default (enforce)"; "unconfined" where nothing confines.
  const [profile] = label.replaceAll('\0', '').trim().split(' ');
  if (label.includes('(enforce)')) {
    obstacles.push({
      what: `AppArmor confines this process (${profile})`,
      advice: '`--security-opt apparmor=unconfined`',
    });
  }
  if (coversProc(mounts)) {
    obstacles.push({
      what: 'parts of /proc are covered, so no other can be mounted',
      advice: '`--security-opt systempaths=unconfined` (Kubernetes: `procMount: Unmasked`)',
    });
  }
  if (most.trim() === '0' || clone.trim() === '0') {
    obstacles.push({
      what: 'the kernel gives no user namespaces',
      advice:
        '`sysctl user.max_user_namespaces=15000 kernel.unprivileged_userns_clone=1` on the host',
    });
  }
  if (restricted.trim() === '1') {
    obstacles.push({
      what: 'AppArmor restricts user namespaces',
      advice: '`sysctl kernel.apparmor_restrict_unprivileged_userns=0` on the host',
    });
  }
  return obstacles;
}

/** A mount below /proc: container engines hide what is there, or make it read-only. */
function coversProc(mountinfo: string): boolean {
  return mountinfo.split('\n').some((line) => {
    const point = line.split(' ')[4] ?? '';
    return point.startsWith('/proc/') && point !== '/proc/sys/fs/binfmt_misc';
  });
}
