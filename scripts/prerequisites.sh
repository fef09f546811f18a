#!/usr/bin/env bash
# Sees to the tools that building and testing need: installs what it can, names what it cannot.
#
# Usage: scripts/prerequisites.sh <tool>...
#
#   rust           cargo and rustc, at least the version that Cargo.toml asks for, and a C linker
#   lints          rustfmt and clippy
#   postgresql     the programs that make and run a PostgreSQL cluster
#   pgbench        PostgreSQL's own load generator, and psql
#   node           Node and npm, at least the version that Trigger.dev's SDK asks for
#   nginx          the proxy behind which the service is tried
#   schemathesis   what tries the OpenAPI documents, in a Python environment of its own under target/tools
#   sigstore       what verifies checkpoints and proofs beside our own code, likewise
#   cargo-deny     the licence check
#   cargo-nextest  the test runner
#
# As root on Debian and its like, missing packages are installed with apt-get. cargo's tools are built by
# `cargo install`, which takes some minutes, once.
set -euo pipefail

# Versions that build with the Rust that Cargo.toml asks for; a tool that is there already is taken as it is.
readonly CARGO_DENY_VERSION=0.20.2
readonly CARGO_NEXTEST_VERSION=0.9.151

# The oldest Node that the SDK runs on; the same as in crates/cli/tests/sdk/npm.rs.
readonly NODE_MAJOR=18

cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
    printf 'missing: %s\n' "$1" >&2
    printf '  to install it: %s\n' "$2" >&2
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# install_packages <what is missing> <Debian package>...
install_packages() {
    local missing=$1
    shift
    if ! has apt-get; then
        fail "$missing" "with this system's packages; on macOS: xcode-select --install, brew install postgresql"
    fi
    if [[ $(id -u) -ne 0 ]]; then
        fail "$missing" "sudo apt-get update && sudo apt-get install --yes $*"
    fi
    printf 'installing %s, for %s\n' "$*" "$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet=2
    apt-get install --yes --quiet=2 --no-install-recommends "$@"
}

need_rust() {
    has cargo && has rustc || fail 'Rust (cargo and rustc)' 'see https://rustup.rs'
    local wanted found
    wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
    found=$(rustc --version | cut -d ' ' -f 2)
    if [[ $(printf '%s\n%s\n' "$wanted" "$found" | sort --version-sort | head -n 1) != "$wanted" ]]; then
        fail "Rust $wanted or newer (this is $found)" 'rustup update stable'
    fi
    has cc || install_packages 'a C linker (cc)' gcc libc6-dev
}

need_lints() {
    cargo fmt --version >/dev/null 2>&1 || fail 'rustfmt' 'rustup component add rustfmt'
    cargo clippy --version >/dev/null 2>&1 || fail 'clippy' 'rustup component add clippy'
}

# Whether one directory has all of these PostgreSQL programs, on the search path or where packages put them.
has_postgresql_programs() {
    local directory program
    local -a directories
    IFS=: read -r -a directories <<<"$PATH"
    has pg_config && directories+=("$(pg_config --bindir)")
    directories+=(/usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin)
    directories+=(/usr/local/opt/postgresql*/bin /usr/local/pgsql/bin)
    for directory in "${directories[@]}"; do
        for program in "$@"; do
            [[ -x $directory/$program ]] || continue 2
        done
        return 0
    done
    return 1
}

# need_postgresql_programs <program>...
need_postgresql_programs() {
    has_postgresql_programs "$@" && return
    install_packages "PostgreSQL's programs ($*)" postgresql postgresql-client
    has_postgresql_programs "$@" || fail "PostgreSQL's programs ($*)" 'see https://www.postgresql.org/download'
}

has_node() {
    local version
    version=$(node --version 2>/dev/null) || return 1
    version=${version#v}
    ((${version%%.*} >= NODE_MAJOR)) && has npm
}

need_node() {
    has_node && return
    has node && has npm && fail "Node $NODE_MAJOR or newer (this is $(node --version))" 'see https://nodejs.org'
    install_packages "Node $NODE_MAJOR or newer, and npm" nodejs npm
    has_node || fail "Node $NODE_MAJOR or newer, and npm" 'see https://nodejs.org'
}

# On Debian and its like, without having the package start a server.
need_nginx() {
    PATH=$PATH:/usr/sbin:/usr/local/sbin has nginx && return
    local policy=/usr/sbin/policy-rc.d
    if [[ $(id -u) -eq 0 && -d /usr/sbin && ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    install_packages 'nginx' nginx-light
    PATH=$PATH:/usr/sbin:/usr/local/sbin has nginx || fail 'nginx' 'see https://nginx.org/en/docs/install.html'
}

has_python() {
    python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1
}

# need_python_environment <name> <pinned versions>
#
# Made anew when the pinned versions change; what failed half-way is not taken for done.
need_python_environment() {
    local place=${CARGO_TARGET_DIR:-target}/tools/$1 pinned=$2
    cmp --silent "$pinned" "$place/made-from.txt" && return
    has_python || install_packages 'Python 3.10 or newer, with venv' python3 python3-venv
    has_python || fail 'Python 3.10 or newer, with venv' 'see https://www.python.org/downloads'
    printf 'installing %s into %s\n' "$1" "$place"
    rm -rf "$place"
    python3 -m venv "$place"
    "$place/bin/pip" install --quiet --disable-pip-version-check --requirement "$pinned"
    cp "$pinned" "$place/made-from.txt"
}

# need_cargo_tool <subcommand> <version> <argument of cargo install>...
#
# Not optimised: it builds in half the time and checks in three seconds. Both tools share what they have in common.
need_cargo_tool() {
    local subcommand=$1 version=$2
    shift 2
    cargo "$subcommand" --version >/dev/null 2>&1 && return
    printf 'building cargo-%s %s, which takes some minutes\n' "$subcommand" "$version"
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_TARGET_DIR=target/tools \
        cargo install --quiet --locked "cargo-$subcommand@$version" "$@"
}

for tool in "$@"; do
    case $tool in
        rust) need_rust ;;
        lints) need_lints ;;
        postgresql) need_postgresql_programs postgres initdb pg_ctl ;;
        node) need_node ;;
        nginx) need_nginx ;;
        pgbench) need_postgresql_programs pgbench psql ;;
        schemathesis) need_python_environment schemathesis crates/web/tests/openapi/requirements.txt ;;
        sigstore) need_python_environment sigstore crates/ledger/tests/independent/requirements.txt ;;
        cargo-deny) need_cargo_tool deny "$CARGO_DENY_VERSION" ;;
        cargo-nextest)
            need_cargo_tool nextest "$CARGO_NEXTEST_VERSION" --no-default-features --features default-no-update
            ;;
        *) fail "a rule for the tool '$tool'" 'see the usage in scripts/prerequisites.sh' ;;
    esac
done
