# Sourced by test.sh: the foreign peers the tests talk to. `peer NAME` makes sure that one is there, installing it when it can.
# A peer that cannot be had is said out loud and skipped (CIERRE_SKIP_<NAME>=1), but with CI=true it counts as a failure.

missing_peers=0

peer() {
    local name=$1
    if ! "have_$name" && ! { "get_$name" && "have_$name"; }; then
        echo "!!! MISSING: $(what_"$name"). SKIPPED: the tests against it (CIERRE_SKIP_${name^^}=1)."
        export "CIERRE_SKIP_${name^^}=1"
        missing_peers=$((missing_peers + 1))
    fi
}

what_node() { echo "node with npm, or the npm packages of tests/*/Peers and js/cierre-resume (Debian: nodejs npm; then npm ci there)"; }
what_python() { echo "/usr/bin/python3 with websockets (Debian: python3-websockets)"; }
what_chromium() { echo "chromium (Debian: chromium)"; }
what_firefox() { echo "firefox-esr (Debian: firefox-esr)"; }
what_nginx() { echo "nginx (Debian: nginx)"; }
what_haproxy() { echo "haproxy (Debian: haproxy)"; }

# Debian keeps them where only an administrator's PATH looks.
PATH=$PATH:/usr/sbin

node_peers=("$root/tests/Cierre.Interop.Tests/Peers" "$root/tests/Cierre.Frameworks.Tests/Peers" "$root/js/cierre-resume")

have_node() {
    local peers
    command -v node >/dev/null || return 1
    for peers in "${node_peers[@]}"; do
        cmp -s "$peers/package-lock.json" "$peers/node_modules/.installed" || return 1
    done
}
have_python() { /usr/bin/python3 -c 'import websockets' 2>/dev/null; }
have_chromium() { command -v chromium >/dev/null; }
have_firefox() { command -v firefox-esr >/dev/null; }
have_nginx() { command -v nginx >/dev/null; }
have_haproxy() { command -v haproxy >/dev/null; }

get_node() {
    if ! command -v node >/dev/null; then
        # Debian's npm conflicts with a node from elsewhere, so both or none.
        apt_install nodejs npm || return 1
    fi
    command -v npm >/dev/null || return 1
    local peers
    for peers in "${node_peers[@]}"; do
        cmp -s "$peers/package-lock.json" "$peers/node_modules/.installed" && continue
        (cd "$peers" && npm ci --no-audit --no-fund) >&2 || return 1
        cp "$peers/package-lock.json" "$peers/node_modules/.installed"
    done
}
get_python() { apt_install python3 python3-websockets; }
get_chromium() { apt_install chromium; }
get_firefox() { apt_install firefox-esr; }
# The tests start their own; in runlevel 1 the package does not start the service that comes with it, on port 80.
get_nginx() { RUNLEVEL=1 apt_install nginx; }
get_haproxy() { RUNLEVEL=1 apt_install haproxy; }

apt_install() {
    local as=()
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || return 1
        as=(sudo -n)
    fi
    echo "Installing $* with apt-get." >&2
    apt_get() { "${as[@]}" env DEBIAN_FRONTEND=noninteractive ${RUNLEVEL:+RUNLEVEL="$RUNLEVEL"} apt-get -qq -o DPkg::Lock::Timeout=120 "$@" </dev/null >&2; }
    # The lists of a new machine are empty, those of an old one may name versions that are gone.
    if [ -z "${apt_updated:-}" ]; then
        apt_get update || true
        apt_updated=1
    fi
    apt_get install -y --no-install-recommends "$@"
}
