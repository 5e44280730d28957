#!/usr/bin/env bash
# Client CPU per message (sent and echoed): Cierre on sockets, on event loops, and ClientWebSocket, one process after the other, round by round, against one
# server on the other core.
# usage: bench/compare/clients.sh [ROUNDS=7] [SECONDS=4] [CONNECTIONS=100]
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-7} seconds=${2:-4} connections=${3:-100}
pin() { if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then taskset -c "$1" "${@:2}"; else "${@:2}"; fi; }
exec_pinned() { if command -v taskset >/dev/null && [ "$(nproc)" -gt 1 ]; then exec taskset -c "$1" "${@:2}"; else exec "${@:2}"; fi; }
dotnet build bench/compare/CierreEcho -c Release -v q -clp:NoSummary >&2
dotnet build bench/compare/Clients -c Release -v q -clp:NoSummary >&2
echo_server=bench/compare/CierreEcho/bin/Release/net10.0/CierreEcho.dll
clients=bench/compare/Clients/bin/Release/net10.0/Clients.dll

work=$(mktemp -d)
servers=()
trap 'for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; done; rm -rf "$work"' EXIT
start() {
    exec_pinned 0 dotnet $echo_server 0 loops callback "${@:2}" > "$work/$1" &
    servers+=($!)
    for _ in $(seq 300); do
        url=$(grep -om1 'https\?://127\.0\.0\.1:[0-9]*' "$work/$1") && [ -n "$url" ] && return
        sleep 0.1
    done
    echo "no server" >&2
    exit 1
}
start plain; plain=${url/http/ws}
start tls tls; tls=${url/http/ws}

for setting in "plain $plain 32" "plain $plain 16384" "tls $tls 32" "tls $tls 16384"; do
    read -r name url size <<< "$setting"
    for round in $(seq "$rounds"); do
        line="$round"
        for kind in system sockets loops loops-callback; do
            [ "$name" = tls ] && [[ $kind == loops* ]] && continue
            read -r rate cost < <(pin 1 dotnet $clients "$kind" "$url" "$connections" "$size" "$seconds")
            echo "$name $size bytes, round $round, $kind: $rate messages/s, $cost ns CPU/message" >&2
            line="$line $kind $cost"
        done
        echo "$line"
    done | awk -v what="$name, $size bytes" '
        { for (i = 2; i < NF; i += 2) cost[$i] = $(i + 1); for (k in cost) if (k != "system") ratio[k, ++count[k]] = cost[k] / cost["system"] }
        END {
            for (k in count) {
                n = count[k]
                for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (ratio[k, j] < ratio[k, i]) { t = ratio[k, i]; ratio[k, i] = ratio[k, j]; ratio[k, j] = t }
                printf "%s: CPU per message, %s / ClientWebSocket: median %.2f (min %.2f, max %.2f)\n", what, k, ratio[k, int((n + 1) / 2)], ratio[k, 1], ratio[k, n]
            }
        }'
done
