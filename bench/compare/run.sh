#!/usr/bin/env bash
# Server CPU per echoed message: `cierre serve` against System.Net.WebSockets on the same Kestrel, in turn, in one run.
# usage: bench/compare/run.sh [ROUNDS=5] [SECONDS=4]
# With LOAD=/path/to/a/load/program that takes the same arguments as bench/Cierre.Load, that one is used.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-5} seconds=${2:-4}
pin() { if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then taskset -c "$1" "${@:2}"; else "${@:2}"; fi; }
# In the background: the process id is the server's own.
exec_pinned() { if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then exec taskset -c "$1" "${@:2}"; else exec "${@:2}"; fi; }
dotnet build src/Cierre.Tool -c Release -v q -clp:NoSummary >&2
dotnet build bench/compare/SystemNetEcho -c Release -v q -clp:NoSummary >&2
dotnet build bench/Cierre.Load -c Release -v q -clp:NoSummary >&2

work=$(mktemp -d)
trap 'kill "$ours" "$theirs" 2>/dev/null || true; rm -rf "$work"' EXIT
exec_pinned 0 dotnet src/Cierre.Tool/bin/Release/net10.0/Cierre.Tool.dll serve --url http://127.0.0.1:0 --json > "$work/ours" & ours=$!
exec_pinned 0 dotnet bench/compare/SystemNetEcho/bin/Release/net10.0/SystemNetEcho.dll 0 16384 > "$work/theirs" & theirs=$!
port() { for _ in $(seq 100); do p=$(grep -om1 '127\.0\.0\.1:[0-9]*' "$1" | cut -d: -f2) && [ -n "$p" ] && { echo "$p"; return; }; sleep 0.1; done; echo "no server in $1" >&2; exit 1; }
our_port=$(port "$work/ours") their_port=$(port "$work/theirs")

measure() { pin 1 ${LOAD:-dotnet bench/Cierre.Load/bin/Release/net10.0/Cierre.Load.dll} 127.0.0.1 "$1" --size "$3" --depth "$4" --seconds "$seconds" --warmup 2 --pid "$2"; }
for setting in "32 1" "32 16" "16384 1"; do
  read -r size depth <<< "$setting"
  for round in $(seq "$rounds"); do
    a=$(measure "$our_port" "$ours" "$size" "$depth"); b=$(measure "$their_port" "$theirs" "$size" "$depth")
    printf '%s\n%s\n' "size $size depth $depth round $round  cierre              $a" "size $size depth $depth round $round  System.Net          $b" >&2
    awk -v a="$a" -v b="$b" 'BEGIN { sub(/.*server /, "", a); sub(/.*server /, "", b); print (a + 0) / (b + 0) }'
  done | sort -n | awk -v s="size $size bytes, depth $depth" '{ r[NR] = $1 } END { printf "%s: CPU per message, cierre / System.Net.WebSockets: median %.2f (min %.2f, max %.2f)\n", s, r[int((NR + 1) / 2)], r[1], r[NR] }'
done
