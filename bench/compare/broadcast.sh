#!/usr/bin/env bash
# Server CPU per message of a broadcast: Cierre's beside a loop over System.Net.WebSockets, on the same Kestrel, in turn, in one run.
# usage: bench/compare/broadcast.sh [RUNS=3] [CONNECTIONS=5000] [ROUNDS=20] [SIZE=1024]
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-3} connections=${2:-5000} rounds=${3:-20} size=${4:-1024}
exec_pinned() { if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then exec taskset -c "$1" "${@:2}"; else exec "${@:2}"; fi; }
dotnet build bench/compare/Broadcast -c Release -v q -clp:NoSummary >&2
program=bench/compare/Broadcast/bin/Release/net10.0/Broadcast.dll
ulimit -n "$(ulimit -Hn)"

work=$(mktemp -d) server=
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
measure() {
  (exec_pinned 0 dotnet "$program" serve "$1" "$connections" "$rounds" "$size" > "$work/server") & server=$!
  for _ in $(seq 300); do port=$(grep -om1 '127\.0\.0\.1:[0-9]*' "$work/server" 2>/dev/null | cut -d: -f2) && [ -n "$port" ] && break; sleep 0.1; done
  (exec_pinned 1 dotnet "$program" listen "$port" "$connections" > "$work/clients") & clients=$!
  wait "$server"; wait "$clients"
  line="$(tail -1 "$work/server")  $(cat "$work/clients")"; : > "$work/server"
}
for run in $(seq "$runs"); do
  measure cierre; ours=$line; measure system; theirs=$line
  printf '%s\n%s\n' "run $run  cierre      $ours" "run $run  System.Net  $theirs" >&2
  awk -v a="$ours" -v b="$theirs" 'BEGIN { print (a + 0) / (b + 0) }'
done | sort -n | awk -v n="$connections" -v s="$size" '{ r[NR] = $1 } END { printf "%d bytes to %d connections: CPU per message, cierre / System.Net.WebSockets: median %.2f (min %.2f, max %.2f)\n", s, n, r[int((NR + 1) / 2)], r[1], r[NR] }'
