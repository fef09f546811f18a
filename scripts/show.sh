#!/usr/bin/env bash
# Runs examples/engine against the demo that `make run` serves.
#
# Usage: scripts/show.sh <the program fermata>
set -euo pipefail

readonly fermata=$1

if [[ ! -x $fermata ]]; then
    printf 'there is no %s: make run builds and starts it; leave it running\n' "$fermata" >&2
    exit 1
fi
demo=$("$fermata" demo --json)
key_of() {
    node -p 'JSON.parse(process.argv[1])[process.argv[2]]' "$demo" "$1"
}
FERMATA_KEY=$(key_of key)
FERMATA_INTERNAL_KEY=$(key_of internal_key)
export FERMATA_KEY FERMATA_INTERNAL_KEY
cd "$(dirname "${BASH_SOURCE[0]}")/../examples/engine"
[[ -d node_modules ]] || npm ci --no-audit --no-fund --ignore-scripts
exec npm run --silent show
