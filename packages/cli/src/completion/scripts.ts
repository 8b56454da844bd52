/**
 * One script a shell. Each finds the longest command among the words that stand already, and offers what may
 * follow it; where nothing of ours fits, files. Tasks and peers are asked of the running peer, of the data folder
 * that stands on the line, and only where no option is begun.
 */
import type { Words } from './words.ts';

export function bashScript(words: readonly Words[]): string {
  return `_bzzz() {
  local path='' word known
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    known="$(_bzzz_next "\${path:+$path }$word")"
    [ -n "$known" ] && path="\${path:+$path }$word"
  done
  local names=''
  [[ "\${COMP_WORDS[COMP_CWORD]}" == -* ]] || names="$(_bzzz_names "$path" "\${COMP_WORDS[@]}")"
  mapfile -t COMPREPLY < <(compgen -W "$(_bzzz_next "$path") $names" -- "\${COMP_WORDS[COMP_CWORD]}")
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
  local names=''
  [[ "\${words[CURRENT]}" == -* ]] || names="$(_bzzz_names "$at" "\${words[@]}")"
  compadd -- \${=$(_bzzz_next "$at")} \${=names} || _files
}
${nextFunction(words)}
compdef _bzzz bzzz`;
}

export function fishScript(words: readonly Words[]): string {
  return words
    .flatMap(({ path, next, names }) => {
      const when =
        path === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${last(path)}`;
      const asked = `complete -c bzzz -n '${when}' -f -a '(bzzz completion names 2>/dev/null)'`;
      const known = next.map(({ word, help }) => {
        const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`;
        return `complete -c bzzz -n '${when}' ${what} -d '${help.replaceAll("'", '’')}'`;
      });
      return names ? [...known, asked] : known;
    })
    .join('\n');
}

function nextFunction(words: readonly Words[]): string {
  const cases = words.map(
    ({ path, next }) => `    '${path}') echo '${next.map(({ word }) => word).join(' ')}' ;;`,
  );
  const named = words.filter(({ names }) => names).map(({ path }) => `'${path}'`);
  return `_bzzz_next() {
  case "$1" in
${cases.join('\n')}
  esac
}
_bzzz_names() {
  case "$1" in
    ${named.join('|')}) ;;
    *) return ;;
  esac
  local bzzz="$2" data=''
  shift 2
  while [ $# -gt 1 ]; do
    [ "$1" = --data ] && data="$2"
    shift
  done
  if [ -n "$data" ]; then set -- --data "$data"; else set --; fi
  "$bzzz" completion names "$@" 2>/dev/null
}`;
}

function last(path: string): string {
  return path.split(' ').at(-1) ?? path;
}
