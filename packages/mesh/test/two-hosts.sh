#!/bin/sh
# Two "hosts" joined by one cable: network namespaces that end with this script.
# Usage: unshare --net --pid --fork --kill-child --mount-proc sh two-hosts.sh COMMAND...
# COMMAND runs once on each host, both with this script's input and output. With CABLE=DIR the cable
# is cut when DIR/cut appears, and mended when DIR/mend does.
set -e

address() {
  ip link set lo up
  ip addr add "10.77.0.$1/24" dev "$2"
  ip link set "$2" up
  # mDNS needs a route that covers 224.0.0.0/4, and sends on the default route only.
  ip route add default via 10.77.0.254 dev "$2"
}

if [ "$BZZZ_TEST_HOST" = 2 ]; then
  until ip link show cable2 >/dev/null 2>&1; do sleep 0.05; done
  address 2 cable2
  exec "$@"
fi

exec 3<&0
ip link add cable1 type veth peer name cable2
BZZZ_TEST_HOST=2 unshare --net sh "$0" "$@" <&3 &
second=$!
# Only once the second process is in its own namespace can the cable be moved there.
until [ "$(readlink /proc/$second/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.05; done
ip link set cable2 netns "$second"
address 1 cable1
if [ -n "$CABLE" ]; then
  {
    until [ -e "$CABLE/cut" ]; do sleep 0.05; done
    ip link set cable1 down
    until [ -e "$CABLE/mend" ]; do sleep 0.05; done
    ip link set cable1 up
    ip route add default via 10.77.0.254 dev cable1
  } &
fi
"$@"
wait
