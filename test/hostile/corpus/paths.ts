/** Paths that lead out of the worktree, or to what steers git. */
import { type Family, type HostileCase, order, published } from '../case.ts';

export const paths: Family = {
  name: 'paths',
  cases: [
    shut('up', 'files above the worktree', '../../../outside/precious.txt'),
    shut('absolute', 'files by their absolute path', '{outside}/precious.txt'),
    shut('middle', 'a way up in the middle', 'a/../../../../outside/precious.txt'),
    shut('through-a-link', 'files behind a link of the base branch', 'way-out/precious.txt'),
    shut('link-itself', 'a link of the base branch', 'way-up'),
    shut('hook', 'a hook of the repository', '.git/hooks/post-checkout'),
    shut('git-config', 'the configuration of git', '.git/config'),
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
