#!/usr/bin/env bash
# Server CPU per message of a broadcast: Cierre's beside a loop over System.Net.WebSockets, both in one process, in turn.
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
for _ in $(seq "$runs"); do
  : > "$work/server"
  (exec_pinned 0 dotnet "$program" serve "$connections" "$rounds" "$size" > "$work/server") & server=$!
  for _ in $(seq 300); do ports=$(grep -o '127\.0\.0\.1:[0-9]*' "$work/server" | cut -d: -f2) || true; [ "$(wc -w <<< "$ports")" = 3 ] && break; sleep 0.1; done
  # shellcheck disable=SC2086 # Three words.
  (exec_pinned 1 dotnet "$program" listen "$connections" $ports > "$work/clients") & clients=$!
  wait "$server"; wait "$clients"
  grep CPU "$work/server"; echo "$(grep sent "$work/server"), $(cat "$work/clients")" >&2
done
