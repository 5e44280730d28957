#!/usr/bin/env bash
# Compiles client and server ahead of time (native AOT) and runs them: tests/Cierre.Aot. A warning is an error. Needs clang and zlib1g-dev.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v clang >/dev/null || { echo "aot.sh: clang is missing (Debian: apt-get install clang zlib1g-dev)" >&2; exit 1; }
out=$PWD/artifacts/aot
dotnet publish tests/Cierre.Aot -c Release --ucr -o "$out" -v q -clp:NoSummary
echo "$(stat -c %s "$out/Cierre.Aot") bytes"
"$out/Cierre.Aot"
