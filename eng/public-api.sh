#!/usr/bin/env bash
# Writes what the libraries make public into their PublicAPI.Unshipped.txt, as the analyzer words it. Review the diff: it is the promise to users.
set -euo pipefail
cd "$(dirname "$0")/.."
for project in Cierre Cierre.AspNetCore Cierre.Browser Cierre.OpenTelemetry Cierre.SignalR.Client Cierre.Testing; do
  file=src/$project/PublicAPI.Unshipped.txt
  printf '#nullable enable\n' > "$file"
  dotnet build "src/$project" -c Release --no-incremental -p:WarningsNotAsErrors=RS0016 -p:BuildProjectReferences=false 2>&1 |
    sed -n "s/.*RS0016: Symbol '\(.*\)' is not part of the declared public API.*/\1/p" | LC_ALL=C sort -u >> "$file"
  echo "$file: $(($(wc -l < "$file") - 1)) members"
done
