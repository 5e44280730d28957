# For the scripts of this repository, which set $root and source it: makes sure the .NET SDK is there, and builds with it.

require_sdk() {
    local newest
    if ! command -v dotnet >/dev/null; then
        echo "${0##*/}: the .NET SDK 10 is missing: no dotnet on the PATH (https://dotnet.microsoft.com/download)" >&2
        return 1
    fi
    newest=$(dotnet --list-sdks 2>/dev/null | cut -d. -f1 | sort -n | tail -n 1)
    if [ "${newest:-0}" -lt 10 ]; then
        echo "${0##*/}: the .NET SDK 10 is missing: the newest SDK of $(command -v dotnet) is ${newest:-none} (https://dotnet.microsoft.com/download)" >&2
        return 1
    fi
}

# Only one build at a time writes into bin and obj. Where flock is missing there is no lock.
with_build_lock() {
    mkdir -p "$root/artifacts"
    if command -v flock >/dev/null; then
        exec {build_lock}>"$root/artifacts/build.lock"
        if ! flock --nonblock "$build_lock"; then
            echo "${0##*/}: waiting for another build in this folder" >&2
            flock "$build_lock"
        fi
    fi
}

without_build_lock() {
    if [ -n "${build_lock:-}" ]; then
        exec {build_lock}>&-
        build_lock=
    fi
}

# One compiler serves all projects of a build, and ends with it: a server that stayed would keep the lock and the caller's standard error open. An SDK
# that has none compiles each project by itself, which takes twice as long.
start_compiler() {
    local version folder
    version=$(dotnet --version)
    folder=$(dotnet --list-sdks | sed -n "s/^$version \[\(.*\)\]$/\1/p")/$version/Roslyn/bincore
    [ -f "$folder/VBCSCompiler.dll" ] || return
    pipe=cierre-build-$BASHPID
    dotnet "$folder/VBCSCompiler.dll" "-pipename:$pipe" </dev/null >/dev/null 2>&1 &
    compiler=$!
}

# verbosity=minimal makes it name each project. A build is too short for the runtime's profiles to pay.
build() {
    (
        if [ -n "${build_lock:-}" ]; then
            exec {build_lock}>&-
        fi
        export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_TieredPGO=0
        local pipe= compiler=
        start_compiler
        trap '[ -z "$compiler" ] || kill "$compiler" 2>/dev/null' EXIT
        dotnet msbuild "$@" -restore -m -p:Configuration=Release -verbosity:"${verbosity:-quiet}" -nologo -tl:off \
            -p:UseSharedCompilation="$([ -n "$pipe" ] && echo true || echo false)" -p:SharedCompilationId="$pipe" </dev/null
    )
}

require_sdk || return 1
