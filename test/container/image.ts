/** The image of a peer, by the very Dockerfile that operators use, on bases made of Debian's packages. */
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Engine, Tools } from './engine.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
export const image = 'bzzz:test';

/** As Debian's own slim image is made: no documentation, no other languages. */
const left = ['man', 'doc', 'info', 'locale', 'groff', 'lintian'];

/** Resolves when the engine has the image. */
export async function buildImage(engine: Engine, tools: Tools, dir: string): Promise<void> {
  const base = join(dir, 'base.tar');
  const without = left.map((name) => `--dpkgopt='path-exclude=/usr/share/${name}/*'`).join(' ');
  // mmdebstrap brings the whole of Perl for a move that is long over.
  const slim = `chroot "$1" apt-get purge -y usrmerge; chroot "$1" apt-get purge -y --autoremove perl perl-modules-5.36 libperl5.36; rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*.bin`;
  await tools.run(
    `mmdebstrap --variant=minbase --include=usr-is-merged ${without} --customize-hook='${slim}' bookworm '${base}' 2>&1`,
  );
  await engine.docker(`import '${base}' run-base:test`);
  const node = await buildBase(join(dir, 'build-base'));
  await engine.docker(`build --network host -t build-base:test '${node}'`);
  const context = join(dir, 'context');
  await copyTree(context);
  const bases = '--build-arg BUILD_BASE=build-base:test --build-arg RUN_BASE=run-base:test';
  await engine.docker(
    `build --network host -f '${context}/deploy/docker/Dockerfile' ${bases} -t ${image} '${context}'`,
  );
}

/** What the official image of Node has: Node and npm under /usr/local. Certificates are those of this machine. */
async function buildBase(folder: string): Promise<string> {
  const files = join(folder, 'files');
  const certificates = '/etc/ssl/certs/ca-certificates.crt';
  await mkdir(join(files, 'usr/local/bin'), { recursive: true });
  await cp(process.execPath, join(files, 'usr/local/bin/node'));
  const { stdout } = await run('sh', ['-c', 'command -v npm']);
  const npm = dirname(dirname(await realpath(stdout.trim())));
  await cp(npm, join(files, 'usr/local/lib/node_modules/npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(files, 'usr/local/bin/npm'));
  await mkdir(join(files, 'etc/ssl/certs'), { recursive: true });
  await cp(certificates, join(files, certificates));
  const lines = [
    'FROM run-base:test',
    'RUN apt-get update && apt-get install -y --no-install-recommends libatomic1',
    'COPY files /',
    `ENV NODE_EXTRA_CA_CERTS=${certificates}`,
  ];
  await writeFile(join(folder, 'Dockerfile'), `${lines.join('\n')}\n`);
  return folder;
}

/** The checkout as git would have it, with what is not committed yet. */
async function copyTree(to: string): Promise<void> {
  await mkdir(to);
  const list = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await run('git', ['-C', root, ...list], { maxBuffer: 16 * 1024 * 1024 });
  for (const file of stdout.trim().split('\n')) {
    await mkdir(dirname(join(to, file)), { recursive: true });
    await cp(join(root, file), join(to, file), { verbatimSymlinks: true });
  }
}

/** The options of Compose's file that decide what a container may, as those of `docker run`. */
export async function optionsOfCompose(): Promise<string[]> {
  const { parse } = await import('yaml');
  const { z } = await import('zod');
  const file = join(root, 'deploy/compose/compose.yml');
  const Peer = z.looseObject({
    user: z.string(),
    read_only: z.literal(true),
    network_mode: z.literal('host'),
    tmpfs: z.array(z.string()),
    cap_drop: z.array(z.string()),
    security_opt: z.array(z.string()),
    pids_limit: z.number(),
  });
  const { services } = z
    .object({ services: z.object({ peer: Peer }) })
    .parse(parse(await readFile(file, 'utf8')));
  const { user, tmpfs, cap_drop, security_opt, pids_limit } = services.peer;
  return [
    '--network',
    'host',
    '--read-only',
    `--user=${user}`,
    `--pids-limit=${pids_limit}`,
    ...tmpfs.flatMap((one) => ['--tmpfs', one]),
    ...cap_drop.flatMap((one) => ['--cap-drop', one]),
    // The file of system calls is named from where Compose's file lies.
    ...security_opt.flatMap((one) => [
      '--security-opt',
      one.replace(/^seccomp:\.\.\//, `seccomp=${root}deploy/`).replace(/^apparmor:/, 'apparmor='),
    ]),
  ];
}
