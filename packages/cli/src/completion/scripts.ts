/**
 * One script a shell. Each finds the longest command among the words that stand already, and offers what may
 * follow it; where nothing of ours fits, files.
 */
import type { Words } from './words.ts';

export function bashScript(words: readonly Words[]): string {
  return `_bzzz() {
  local path='' word known
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    known="$(_bzzz_next "\${path:+$path }$word")"
    [ -n "$known" ] && path="\${path:+$path }$word"
  done
  mapfile -t COMPREPLY < <(compgen -W "$(_bzzz_next "$path")" -- "\${COMP_WORDS[COMP_CWORD]}")
}
${nextFunction(words)}
complete -o default -F _bzzz bzzz`;
}

export function zshScript(words: readonly Words[]): string {
  return `_bzzz() {
  local at='' word known
  for word in "\${words[@]:1:$((CURRENT - 2))}"; do
    known="$(_bzzz_next "\${at:+$at }$word")"
    [ -n "$known" ] && at="\${at:+$at }$word"
  done
  compadd -- \${=$(_bzzz_next "$at")} || _files
}
${nextFunction(words)}
compdef _bzzz bzzz`;
}

export function fishScript(words: readonly Words[]): string {
  return words
    .flatMap(({ path, next }) =>
      next.map(({ word, help }) => {
        const when =
          path === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${last(path)}`;
        const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`;
        return `complete -c bzzz -n '${when}' ${what} -d '${help.replaceAll("'", '’')}'`;
      }),
    )
    .join('\n');
}

function nextFunction(words: readonly Words[]): string {
  const cases = words.map(
    ({ path, next }) => `    '${path}') echo '${next.map(({ word }) => word).join(' ')}' ;;`,
  );
  return `_bzzz_next() {\n  case "$1" in\n${cases.join('\n')}\n  esac\n}`;
}

function last(path: string): string {
  return path.split(' ').at(-1) ?? path;
}
