#!/usr/bin/env bash
# Server CPU per echoed message of the same small application with MapCierreInspector, without, and without once more (what differs by chance), in turn, under the load of `cierre bench`.
# Nobody looks. Each round has fresh processes: two of the same program differ by more than what is looked for.
# usage: bench/compare/inspector.sh [ROUNDS=9] [SECONDS=3]
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-9} seconds=${2:-3}
pin() { if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then taskset -c "$1" "${@:2}"; else "${@:2}"; fi; }
# In the background: the process id is the server's own.
exec_pinned() { if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then exec taskset -c "$1" "${@:2}"; else exec "${@:2}"; fi; }
dotnet build src/Cierre.Tool -c Release -v q -clp:NoSummary >&2
dotnet build bench/compare/InspectorEcho -c Release -v q -clp:NoSummary >&2
cierre=src/Cierre.Tool/bin/Release/net10.0/Cierre.Tool.dll echo=bench/compare/InspectorEcho/bin/Release/net10.0/InspectorEcho.dll

work=$(mktemp -d)
declare -A pid cost
trap 'kill "${pid[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
url() { for _ in $(seq 300); do u=$(grep -om1 '127\.0\.0\.1:[0-9]*' "$1") && [ -n "$u" ] && { echo "ws://$u/"; return; }; sleep 0.1; done; echo "no server in $1" >&2; exit 1; }
measure() { pin 1 dotnet $cierre bench "$1" --size 32 --depth "$3" --duration "$seconds" --warm-up 1 --pid "$2" --json | tail -n 1 | sed -n 's/.*"cpuNsPerMessage":\([0-9.]*\).*/\1/p'; }

orders=("inspector none again" "none again inspector" "again inspector none")
for round in $(seq "$rounds"); do
  order=${orders[round % 3]}
  for kind in $order; do exec_pinned 0 dotnet $echo 0 "$kind" > "$work/$kind" & pid[$kind]=$!; done
  for depth in 1 16; do
    for kind in $order; do cost[$kind]=$(measure "$(url "$work/$kind")" "${pid[$kind]}" "$depth"); done
    echo "depth $depth round $round  with ${cost[inspector]}, without ${cost[none]}, without again ${cost[again]} ns CPU/message" >&2
    echo "$depth ${cost[inspector]} ${cost[none]} ${cost[again]}" >> "$work/costs"
  done
  kill "${pid[@]}"
  wait
  pid=()
done

ratios() { awk -v d="$1" "\$1 == d { print $2 }" "$work/costs" | sort -n | awk '{ r[NR] = $1 } END { printf "median %.2f (min %.2f, max %.2f)", r[int((NR + 1) / 2)], r[1], r[NR] }'; }
for depth in 1 16; do
  echo "depth $depth: CPU per message, with the inspector / without: $(ratios $depth '2 * $2 / ($3 + $4)'); without / without: $(ratios $depth '$4 / $3')"
done
