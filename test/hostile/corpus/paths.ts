/** Paths that lead out of the worktree, or to what steers git. */
import { type Family, type HostileCase, order, published } from '../case.ts';

export const paths: Family = {
  name: 'paths',
  cases: [
    shut('up', 'files above the worktree', '../../../outside/precious.txt'),
    shut('absolute', 'files by their absolute path', '{outside}/precious.txt'),
    shut('middle', 'a way up in the middle', 'a/../../../../outside/precious.txt'),
    shut(
      'neighbour',
      'the worktree of another attempt',
      '../../neighbour-1-Abc123/tree/secret.txt',
    ),
    shut('own-git', 'the git directory of the peer', '../git/config'),
    shut('peer-key', 'the key of the peer', '{data}/identity.key'),
    shut('device', 'a device', '/dev/stdin'),
    shut('process', 'the environment of the peer', '/proc/self/environ'),
    shut('through-a-link', 'files behind a link of the base branch', 'way-out/precious.txt'),
    shut('link-itself', 'a link of the base branch', 'way-up'),
    shut('hook', 'a hook of the repository', '.git/hooks/post-checkout'),
    shut('git-config', 'the configuration of git', '.git/config'),
    shut('git-short-name', 'the same by its short name', 'GIT~1/config'),
    shut('git-stream', 'the same as a stream of a file system', '.git::$INDEX_ALLOCATION/config'),
    shut('git-dots', 'the same with a dot that some file systems drop', 'a/.git./config'),
    shut('line-break', 'a name with a line break', 'a\nb'),
    shut('nul', 'a name that ends early', 'a.txt\u0000.png'),
    shut('long', 'a name that is too long', 'x'.repeat(300)),
    shut('deep', 'folders without end', `${'y/'.repeat(600)}z`),
    shut('empty', 'no name at all', './/.'),
  ],
};

/** Every tool that takes a path, pointed at it. */
function shut(name: string, tries: string, path: string): HostileCase {
  const body = [
    order('read_file', { path }),
    order('write_file', { path, content: '#!/bin/sh\n{ring}\n' }),
    order('edit_file', { path, oldText: 'as', newText: 'as not' }),
    order('delete_file', { path }),
  ].join('\n');
  return { name, tries, body, ends: published, refused: 4 };
}
