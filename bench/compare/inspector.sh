#!/usr/bin/env bash
# Server CPU per echoed message of the same small application with MapCierreInspector and without, in turn, in one run, under the load of `cierre bench`. Nobody looks.
# usage: bench/compare/inspector.sh [ROUNDS=7] [SECONDS=4]
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-7} seconds=${2:-4}
pin() { if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then taskset -c "$1" "${@:2}"; else "${@:2}"; fi; }
# In the background: the process id is the server's own.
exec_pinned() { if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then exec taskset -c "$1" "${@:2}"; else exec "${@:2}"; fi; }
dotnet build src/Cierre.Tool -c Release -v q -clp:NoSummary >&2
dotnet build bench/compare/InspectorEcho -c Release -v q -clp:NoSummary >&2
cierre=src/Cierre.Tool/bin/Release/net10.0/Cierre.Tool.dll echo=bench/compare/InspectorEcho/bin/Release/net10.0/InspectorEcho.dll

work=$(mktemp -d)
trap 'kill "$with" "$without" 2>/dev/null || true; rm -rf "$work"' EXIT
exec_pinned 0 dotnet $echo 0 inspector > "$work/with" & with=$!
exec_pinned 0 dotnet $echo 0 none > "$work/without" & without=$!
url() { for _ in $(seq 300); do u=$(grep -om1 '127\.0\.0\.1:[0-9]*' "$1") && [ -n "$u" ] && { echo "ws://$u/"; return; }; sleep 0.1; done; echo "no server in $1" >&2; exit 1; }
with_url=$(url "$work/with") without_url=$(url "$work/without")

measure() { pin 1 dotnet $cierre bench "$1" --size 32 --depth "$3" --duration "$seconds" --warm-up 1 --pid "$2" --json | tail -n 1 | sed -n 's/.*"cpuNsPerMessage":\([0-9.]*\).*/\1/p'; }
for depth in 1 16; do
  # One round of each before any is counted; then each goes first in every other round.
  measure "$with_url" "$with" $depth >/dev/null; measure "$without_url" "$without" $depth >/dev/null
  for round in $(seq "$rounds"); do
    if ((round % 2)); then a=$(measure "$with_url" "$with" $depth) b=$(measure "$without_url" "$without" $depth)
    else b=$(measure "$without_url" "$without" $depth) a=$(measure "$with_url" "$with" $depth); fi
    echo "depth $depth round $round  with $a, without $b ns CPU/message" >&2
    awk -v a="$a" -v b="$b" 'BEGIN { print a / b }'
  done | sort -n | awk -v d="$depth" '{ r[NR] = $1 } END { printf "depth %s: CPU per message, with the inspector / without: median %.3f (min %.3f, max %.3f)\n", d, r[int((NR + 1) / 2)], r[1], r[NR] }'
done
