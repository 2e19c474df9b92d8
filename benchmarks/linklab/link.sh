#!/usr/bin/env bash
# A shaped line between two network namespaces with real TCP above it. Needs root, gcc and iproute2.
#   link.sh up RATE_MBIT ONE_WAY_MS LOSS_PERCENT QUEUE_MS [cubic|bbr|reno]
#   ip netns exec companion-server …  (127.77.0.1)      ip netns exec companion-client …  (127.77.0.2)
#   link.sh down
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
run=${XDG_RUNTIME_DIR:-/run}/companion-linklab
client=companion-client server=companion-server
mkdir -p "$run"

up() {
  if [ ! "$run/link" -nt "$here/link.c" ]; then gcc -O2 -o "$run/link" "$here/link.c"; fi
  for name in $client $server; do ip netns add $name; done
  "$run/link" $client $server "$1" "$2" "$3" "$4" >"$run/out" 2>"$run/err" &
  echo $! >"$run/pid"
  until grep -q up "$run/out"; do kill -0 "$(cat "$run/pid")"; sleep 0.05; done
  for end in $client:2 $server:1; do
    name=${end%:*}
    # Loopback addresses on the line (and no lo beside it), so that plain http is allowed on it.
    ip -n $name addr add "127.77.0.${end#*:}/24" dev tun0
    ip netns exec $name sysctl -qw net.ipv4.tcp_no_metrics_save=1 net.ipv4.conf.tun0.route_localnet=1
    ip -n $name link set tun0 up
  done
  ip -n $server route change 127.77.0.0/24 dev tun0 congctl lock "${5:-cubic}"
}

down() {
  kill "$(cat "$run/pid")" 2>/dev/null || true
  for name in $client $server; do ip netns del $name 2>/dev/null || true; done
}

case ${1:-} in
  up) shift; up "$@" ;;
  down) down ;;
  *) sed -n 2,6p "$0"; exit 2 ;;
esac
