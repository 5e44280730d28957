#!/usr/bin/env bash
# Builds the solution in Release and runs the tests.
#   ./test.sh                                    everything
#   ./test.sh Cierre.Tests                       one test project or several (only they are built)
#   ./test.sh Cierre.Tests -class '*RawPeer*'    from the first dash on: options of the xUnit runner
# The last line counts the tests. With CI=true a skipped test is a failure.
set -uo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
cd "$root" || exit 1
passed=0 failed=0 skipped=0

finish() {
    local line="$passed passed, $failed failed"
    if [ "$skipped" -gt 0 ]; then
        line="$line, $skipped skipped"
        if [ "${CI:-}" = true ]; then
            echo "CI allows no skipped test."
        fi
    fi
    echo "$line"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] && { [ "$skipped" -eq 0 ] || [ "${CI:-}" != true ]; }
    exit
}

broken() {
    echo "FAILED: $*"
    failed=$((failed + 1))
}

. eng/sdk.sh || { failed=1; finish; }
. eng/peers.sh

projects=()
while [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; do
    name=$(basename "$1")
    if [ ! -f "tests/$name/$name.csproj" ]; then
        broken "there is no test project tests/$name"
        finish
    fi
    projects+=("$name")
    shift
done

targets=()
if [ ${#projects[@]} -eq 0 ]; then
    targets=("$root/Cierre.slnx")
    for file in tests/*.Tests/*.csproj; do
        projects+=("$(basename "$file" .csproj)")
    done
else
    for name in "${projects[@]}"; do
        targets+=("$root/tests/$name")
    done
fi

needed=()
for name in "${projects[@]}"; do
    case $name in
        Cierre.Interop.Tests) needed+=(node python chromium nginx haproxy) ;;
        Cierre.Frameworks.Tests) needed+=(node chromium) ;;
        Cierre.Tool.Tests) needed+=(chromium firefox) ;;
    esac
done
for name in $(printf '%s\n' "${needed[@]}" | sort -u); do
    peer "$name"
done
if [ "$missing_peers" -gt 0 ] && [ "${CI:-}" = true ]; then
    broken "CI needs every peer, $missing_peers missing (see above)"
    failed=$((failed + missing_peers - 1))
fi

with_build_lock
for target in "${targets[@]}"; do
    if ! build "$target"; then
        broken "${target#"$root"/} does not build"
        finish
    fi
done
without_build_lock

# Reads one number from the results file of a test run: the <assembly ...> element carries the counts.
count() {
    local value
    value=$(grep -o '<assembly [^>]*>' "$2" | head -n 1 | grep -o " $1=\"[0-9]*\"" | tr -dc 0-9)
    echo "${value:-0}"
}

results=$root/artifacts/test-results
mkdir -p "$results"

# Runs one test project, and leaves its exit code beside its results. Behind an @ stands what its servers run on: sockets, or loops.
run() {
    local name=${1%@*} as=$1 transport=sockets
    [ "$as" = "$name" ] || transport=${as#*@}
    shift
    # Not through a pipe: whoever inherits it, a child that outlives the tests, would hold it up past the timeout.
    DOTNET_TieredPGO=0 CIERRE_TRANSPORT=${CIERRE_TRANSPORT:-$transport} timeout --foreground --kill-after=10 "${CIERRE_TEST_TIMEOUT:-1200}" \
        dotnet "tests/$name/bin/Release/net10.0/$name.dll" -noLogo -noColor -result-xml "$results/$as.xml" "$@" </dev/null
    echo $? >"$results/$as.code"
}

# Counts what a project found.
report() {
    local name=$1 code ran bad xml=$results/$1.xml
    code=$(cat "$results/$name.code" 2>/dev/null || echo 1)
    if [ ! -s "$xml" ]; then
        broken "$name ended with exit code $code and no results (crashed, or over ${CIERRE_TEST_TIMEOUT:-1200} s)"
        return
    fi
    ran=$(count total "$xml")
    bad=$(($(count failed "$xml") + $(count errors "$xml")))
    passed=$((passed + $(count passed "$xml")))
    failed=$((failed + bad))
    skipped=$((skipped + $(count skipped "$xml")))
    if [ "$ran" -eq 0 ]; then
        broken "$name ran no test"
    elif [ "$bad" -eq 0 ] && [ "$code" -ne 0 ]; then
        broken "$name ended with exit code $code though no test failed"
    fi
}

# A server's tests, and those of the frameworks above it, run once more on event loops, where all tests run.
[ ${#targets[@]} -eq 1 ] && [ "${targets[0]}" = "$root/Cierre.slnx" ] && projects+=(Cierre.AspNetCore.Tests@loops Cierre.Frameworks.Tests@loops)

# Three side by side, the longest first: most of them wait most of the time, for browsers, timeouts and sockets.
ordered=()
for name in Cierre.Tool.Tests Cierre.AspNetCore.Tests Cierre.AspNetCore.Tests@loops Cierre.Tests Cierre.Interop.Tests "${projects[@]}"; do
    case " ${projects[*]} " in *" $name "*) case " ${ordered[*]} " in *" $name "*) ;; *) ordered+=("$name") ;; esac ;; esac
done
declare -A pids=()
# Reports, with what it said, each that has ended.
collect() {
    local other
    for other in "${!pids[@]}"; do
        kill -0 "${pids[$other]}" 2>/dev/null && continue
        unset "pids[$other]"
        echo "== $other"
        cat "$results/$other.log"
        report "$other"
    done
}

# Says once more, behind everything else, which tests failed and how each one began to tell it: the log of CI may keep its end alone.
repeat_failures() {
    local name
    for name in "${ordered[@]}"; do
        [ -f "$results/$name.log" ] || continue
        awk -v project="$name" '/\[FAIL\]$/ { print "== failed in " project; left = 25 } left-- > 0' "$results/$name.log"
    done
}

for name in "${ordered[@]}"; do
    rm -f "$results/$name".{xml,log,code}
    if [ ${#ordered[@]} -eq 1 ]; then
        echo "== $name"
        run "$name" "$@"
        report "$name"
        continue
    fi
    while [ ${#pids[@]} -ge 3 ]; do
        wait -n
        collect
    done
    echo "$name is running"
    run "$name" "$@" >"$results/$name.log" 2>&1 &
    pids[$name]=$!
done
while [ ${#pids[@]} -gt 0 ]; do
    wait -n
    collect
done
repeat_failures
finish
