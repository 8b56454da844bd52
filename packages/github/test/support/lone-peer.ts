/**
 * A process that fetches and pushes, with no limit on time of its own, until it is killed. Arguments: a folder, and
 * the URL of a server.
 */
import { createGitRunner } from '../../src/git/process.ts';
import { openMirror } from '../../src/git/mirror.ts';
import { createRemote } from '../../src/git/remote.ts';
import { tokenFromValue } from '../../src/index.ts';
import { createStats } from '../../src/stats.ts';
import { lockBranch, lockOn, repo } from './locks.ts';

const [dir, gitUrl] = process.argv.slice(2);
if (dir === undefined || gitUrl === undefined) throw new Error('lone-peer.ts DIR URL');

const hourMs = 3_600_000;
const { signal } = new AbortController();
const runGit = createGitRunner();
const mirror = await openMirror(runGit, dir, signal);
const { oid, commit } = lockOn(null);
await mirror.writeObject('commit', commit, signal);
const remote = createRemote(
  { runGit, token: tokenFromValue('token'), stats: createStats() },
  { gitUrl, gitTimeoutMs: hourMs, fetchTimeoutMs: hourMs },
);
const push = { flags: [], refspecs: [`${oid}:${lockBranch}`] };
await Promise.all([
  remote.fetch(repo, mirror, 'HEAD', signal),
  remote.push(repo, mirror, push, signal),
]);
