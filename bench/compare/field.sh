#!/usr/bin/env bash
# Servers of the field beside Cierre, one after the other on one core, all in one run: an echo in C on bare epoll, Bun, npm's ws, Boost.Beast,
# System.Net.WebSockets, and Cierre in its forms. The load is on another core.
# usage: bench/compare/field.sh [--rounds 5] [--seconds 3] [--warm 20] [--idle 15000] [--chart FILE.svg] [NAME=COMMAND ...]
#   NAME=COMMAND  one more server: COMMAND gets a port of 0 as its last argument, and prints http://127.0.0.1:PORT when it listens
# It needs gcc, g++ and libboost-dev for two of them, and node for two; whatever is not there is left out with a line. --chart needs gnuplot.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=5 seconds=3 warm=20 idle=15000 chart='' more=()
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift ;;
        --seconds) seconds=$2; shift ;;
        --warm) warm=$2; shift ;;
        --idle) idle=$2; shift ;;
        --chart) chart=$2; shift ;;
        *=*) more+=("$1") ;;
        *) echo "unknown: $1" >&2; exit 2 ;;
    esac
    shift
done
here=bench/compare/field
work=$(mktemp -d)
pid=''
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
ulimit -n "$(ulimit -Hn)"

names=() commands=()
add() { names+=("$1"); commands+=("$2"); }
left_out() { echo "left out: $1" >&2; }

gcc -O2 -o "$work/load" $here/load.c
gcc -O2 -o "$work/rawecho" $here/rawecho.c
add raw "$work/rawecho"
if command -v node >/dev/null && (cd "$work" && npm install --silent --no-audit --no-fund bun ws >&2); then
    cp $here/ws.mjs $here/bun.ts "$work"
    [ -x "$work/node_modules/.bin/bun" ] && add bun "$work/node_modules/.bin/bun $work/bun.ts" || left_out "Bun, whose package brings no program for this machine"
    add ws "node $work/ws.mjs"
else
    left_out "Bun and ws, because there is no node or npm does not install them"
fi
if g++ -O2 -std=c++17 -o "$work/beast" $here/beast.cpp -lpthread 2>"$work/beast.log"; then add beast "$work/beast"; else left_out "Boost.Beast, because it does not build (libboost-dev?)"; fi
for project in SystemNetEcho CierreEcho; do dotnet build bench/compare/$project -c Release -v q -clp:NoSummary >&2; done
add system "dotnet bench/compare/SystemNetEcho/bin/Release/net10.0/SystemNetEcho.dll PORT 16384"
cierre="dotnet bench/compare/CierreEcho/bin/Release/net10.0/CierreEcho.dll"
add cierre-sockets "$cierre PORT sockets async"
add cierre-loops "$cierre PORT loops async"
add cierre-loops-callback "$cierre PORT loops callback"
add cierre-loops-detached "$cierre PORT loops callback detached"
for one in "${more[@]}"; do add "${one%%=*}" "${one#*=}"; done

# Starts a server on the first core, and has its port and process.
start() {
    local command=${commands[$1]}
    # A buffer for a whole message of 16 KiB is no part of an idle connection.
    [ "${2:-}" = idle ] && command=${command/PORT 16384/PORT 4096}
    case $command in *PORT*) command=${command/PORT/0} ;; *) command="$command 0" ;; esac
    : > "$work/out"
    # In the background and by exec: the process is the server's own.
    (exec taskset -c 0 $command >"$work/out" 2>"$work/err") & pid=$!
    for _ in $(seq 300); do
        port=$(grep -om1 '127\.0\.0\.1:[0-9]*' "$work/out" | cut -d: -f2) && [ -n "$port" ] && return
        sleep 0.1
    done
    echo "${names[$1]} does not listen: $(head -c 300 "$work/err")" >&2
    exit 1
}
stop() { kill "$pid"; wait "$pid" 2>/dev/null || true; pid=''; }
load() { taskset -c 1 "$work/load" "$1" "$port" "$pid" "${@:2}"; }

# One line for each figure: what, the server, the figure.
: > "$work/figures"
note() { echo "$1 ${names[$server]} $2" >> "$work/figures"; }
for round in $(seq "$rounds"); do
    for server in "${!names[@]}"; do
        start "$server"
        # What is compiled while it runs is compiled by then: .NET compiles once more, by what it has counted, up to 15 s into a load.
        load churn 100 4000 10 >/dev/null
        load echo 100 32 16 "$warm" >/dev/null
        for setting in "32 1" "32 16" "1024 1" "16384 1" "16384 16" "262144 1"; do
            read -r size depth <<< "$setting"
            read -r rate cost half most < <(load echo 100 "$size" "$depth" "$seconds")
            echo "round $round, ${names[$server]}, $size bytes, depth $depth: $rate messages/s, $cost ns CPU/message, median $half us, p99 $most us" >&2
            note "cpu-$size-$depth" "$cost"
        done
        read -r rate cost < <(load churn 100 4000 10)
        echo "round $round, ${names[$server]}: $rate connections/s of 10 messages each, $cost us CPU/connection" >&2
        note churn "$cost"
        stop
        start "$server" idle
        load churn 100 4000 10 >/dev/null
        read -r memory kernel busy < <(load idle "$idle" 5)
        echo "round $round, ${names[$server]}: $idle idle connections, $memory KiB each, $kernel KiB of the kernel for both ends, $busy % CPU" >&2
        note idle "$memory"
        note idle-cpu "$busy"
        stop
    done
done

# The median of each, its range, and how many times the least there is.
table() {
    echo
    echo "$2"
    grep "^$1 " "$work/figures" | sort -k2,2 -k3,3n | awk -v base="$3" '
        { value[$2, ++count[$2]] = $3 }
        END {
            for (name in count) { n = count[name]; middle[name] = value[name, int((n + 1) / 2)]; low[name] = value[name, 1]; high[name] = value[name, n] }
            for (name in count) {
                ratio = base != "" && middle[base] > 0 ? sprintf("  %.2fx of %s", middle[name] / middle[base], base) : ""
                printf "%012.2f  %-24s %10.2f (%.2f to %.2f)%s\n", middle[name], name, middle[name], low[name], high[name], ratio
            }
        }' | sort | cut -c15-
}
for setting in "32 1" "32 16" "1024 1" "16384 1" "16384 16" "262144 1"; do
    read -r size depth <<< "$setting"
    table "cpu-$size-$depth" "ns of CPU a message, $size bytes, depth $depth, 100 connections: median (range)" raw
done
table churn "us of CPU a connection: open, 10 messages, close: median (range)" system
table idle "KiB an idle connection, of $idle: median (range)" system
table idle-cpu "% CPU of $idle idle connections: median (range)" ""

if [ -n "$chart" ]; then
    command -v gnuplot >/dev/null || { echo "no chart, because there is no gnuplot" >&2; exit 1; }
    table cpu-32-1 x raw | awk 'NF > 3 { print $1, $2 / 1000 }' > "$work/bars"
    gnuplot <<PLOT
set terminal svg size 720,360 font "sans-serif,13" background "white"
set output "$chart"
set title "CPU of the server for each message echoed, in µs (32 bytes, 100 connections, one core)"
set style fill solid 0.85 noborder
set boxwidth 0.7
set yrange [0:*]
set grid ytics linecolor rgb "#dddddd"
set xtics rotate by -25
set border 3
unset key
plot "$work/bars" using 0:2:xticlabels(1) with boxes linecolor rgb "#3b6ea5", "" using 0:2:(sprintf("%.1f", \$2)) with labels offset 0,0.7
PLOT
    echo "chart: $chart"
fi
