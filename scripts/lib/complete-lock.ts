/**
 * Adds to package-lock.json what a partial registry made npm leave out: the builds of a dependency
 * for other platforms. `npm ci` compares the lock with all that the dependencies name, on every
 * platform, so a lock without them is refused everywhere. Run by `scripts/complete-lock` after
 * `npm install` has written a new lock.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  version?: string;
  optionalDependencies?: Record<string, string>;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
}

interface Lock {
  packages: Record<string, LockedPackage>;
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x'];

const [, , path] = process.argv;
if (path === undefined) throw new Error('usage: complete-lock.ts PATH-OF-package-lock.json');
const lock: Lock = JSON.parse(readFileSync(path, 'utf8'));
const added = complete(lock);
lock.packages = sorted(lock.packages);
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added.length} packages added to the lock`);
for (const one of added) console.log(`  ${one}`);

function complete({ packages }: Lock): string[] {
  const names: string[] = [];
  for (const [parent, { optionalDependencies, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
      if (isLocked(packages, parent, name)) continue;
      if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name}: no exact version: ${version}`);
      packages[`node_modules/${name}`] = {
        version,
        ...(dev === true ? { dev } : {}),
        optional: true,
        ...platform(name),
      };
      names.push(`${name} ${version}`);
    }
  }
  return names;
}

/** Looks where Node would: beside the parent, then beside each folder above it. */
function isLocked(packages: Lock['packages'], parent: string, name: string): boolean {
  let from = parent;
  while (from !== '') {
    if (`${from}/node_modules/${name}` in packages) return true;
    const at = from.lastIndexOf('/node_modules/');
    from = at < 0 ? '' : from.slice(0, at);
  }
  return `node_modules/${name}` in packages;
}

/** Such packages carry their platform in the name: `@oxlint/binding-linux-arm64-musl`. */
function platform(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[/-]/);
  const os = systems.find((word) => words.includes(word));
  const cpu = words.includes('x64') ? 'x64' : processors.find((word) => words.includes(word));
  if (os === undefined || cpu === undefined) throw new Error(`${name}: for which platform?`);
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined;
  return { cpu: [cpu], os: [os], ...(libc === undefined ? {} : { libc: [libc] }) };
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).sort(([left], [right]) => left.localeCompare(right, 'en')),
  );
}
