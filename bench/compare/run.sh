#!/usr/bin/env bash
# Server CPU per echoed message: `cierre serve` against System.Net.WebSockets on the same Kestrel, in turn, in one run, under the load of `cierre bench`.
# usage: bench/compare/run.sh [ROUNDS=5] [SECONDS=4]
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-5} seconds=${2:-4}
pin() { if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then taskset -c "$1" "${@:2}"; else "${@:2}"; fi; }
# In the background: the process id is the server's own.
exec_pinned() { if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then exec taskset -c "$1" "${@:2}"; else exec "${@:2}"; fi; }
dotnet build src/Cierre.Tool -c Release -v q -clp:NoSummary >&2
dotnet build bench/compare/SystemNetEcho -c Release -v q -clp:NoSummary >&2
cierre=src/Cierre.Tool/bin/Release/net10.0/Cierre.Tool.dll

work=$(mktemp -d)
trap 'kill "$ours" "$theirs" 2>/dev/null || true; rm -rf "$work"' EXIT
exec_pinned 0 dotnet $cierre serve --url http://127.0.0.1:0 --json > "$work/ours" & ours=$!
exec_pinned 0 dotnet bench/compare/SystemNetEcho/bin/Release/net10.0/SystemNetEcho.dll 0 16384 > "$work/theirs" & theirs=$!
url() { for _ in $(seq 300); do u=$(grep -om1 '127\.0\.0\.1:[0-9]*' "$1") && [ -n "$u" ] && { echo "ws://$u/"; return; }; sleep 0.1; done; echo "no server in $1" >&2; exit 1; }
our_url=$(url "$work/ours") their_url=$(url "$work/theirs")

measure() { pin 1 dotnet $cierre bench "$1" --size "$3" --depth "$4" --duration "$seconds" --warm-up 2 --pid "$2" --json | tail -n 1; }
number() { sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p"; }
for setting in "32 1" "32 16" "16384 1"; do
  read -r size depth <<< "$setting"
  for round in $(seq "$rounds"); do
    a=$(measure "$our_url" "$ours" "$size" "$depth"); b=$(measure "$their_url" "$theirs" "$size" "$depth")
    for result in "cierre $a" "System.Net $b"; do
      echo "size $size depth $depth round $round  ${result%% *}: $(number messagesPerSecond <<< "$result") messages/s, server $(number cpuNsPerMessage <<< "$result") ns CPU/message" >&2
    done
    awk -v a="$(number cpuNsPerMessage <<< "$a")" -v b="$(number cpuNsPerMessage <<< "$b")" 'BEGIN { print a / b }'
  done | sort -n | awk -v s="size $size bytes, depth $depth" '{ r[NR] = $1 } END { printf "%s: CPU per message, cierre / System.Net.WebSockets: median %.2f (min %.2f, max %.2f)\n", s, r[int((NR + 1) / 2)], r[1], r[NR] }'
done
