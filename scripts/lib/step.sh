# shellcheck shell=bash
# Progress for scripts that a person watches. Source it, then run work through `step`.
#
#   step 'what happens' command arguments...
#
# prints one line when the step starts, one every few seconds while it runs, one when it ends, each
# with the seconds since the script began. The command's own output is kept aside and is shown only
# when the command fails.

say() { printf '%4ss  %s\n' "$SECONDS" "$*"; }

# Says what is wrong and what to do about it, a line each, and ends the script.
stop() {
  printf '\n%s\n' "$1" >&2
  shift
  if (($#)); then printf '  %s\n' "$@" >&2; fi
  exit 1
}

step() {
  local title=$1 began=$SECONDS log status=0 heart beat
  shift
  log=$(mktemp)
  say "$title"
  # The heart lives as long as the pipe is open, so it cannot outlive this script, however it ends.
  exec {beat}> >(
    # `read` ends above 128 when its time is up, and at 1 when the pipe is closed.
    while read -rt 5 || (($? > 128)); do say "  still at it, $((SECONDS - began)) s"; done
  )
  heart=$!
  "$@" >"$log" 2>&1 {beat}>&- || status=$?
  exec {beat}>&-
  wait "$heart" 2>/dev/null || :
  if ((status)); then
    cat "$log" >&2
    rm -f "$log"
    stop "$title: failed with exit code $status; its output is above."
  fi
  rm -f "$log"
}
