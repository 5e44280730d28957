#!/usr/bin/env bash
# Plays the terminal sessions of the READMEs for real and writes what was seen into them. A test compares them, but for their times.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
CIERRE_UPDATE_GOLDEN=1 exec ./test.sh Cierre.Tool.Tests -class '*ReadmeSessionTests'
