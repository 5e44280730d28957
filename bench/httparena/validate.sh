#!/usr/bin/env bash
# Builds the entry, starts it and checks it: bench/httparena/validate.sh [PORT=18080]
set -euo pipefail
cd "$(dirname "$0")"
port=${1:-18080}
dotnet build cierre-arena.csproj -c Release -v q -clp:NoSummary
PORT=$port dotnet bin/Release/net10.0/cierre-arena.dll & server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
python3 validate.py "$port"
