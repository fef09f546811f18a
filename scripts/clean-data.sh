#!/usr/bin/env bash
# Deletes a private PostgreSQL with everything in it, unless it is in use or is something else.
#
# Usage: scripts/clean-data.sh <data directory>
set -euo pipefail

readonly directory=$1

refuse() {
    printf '%s was not deleted: %s\n' "$directory" "$1" >&2
    exit 1
}

if [[ ! -e $directory ]]; then
    printf '%s does not exist: nothing to delete\n' "$directory"
    exit 0
fi
[[ -f $directory/users.lock && -f $directory/fermata.conf ]] || refuse 'it is no data directory of fermata'

# A fermata that uses the data holds this lock; a PostgreSQL that a killed fermata left behind holds none.
exec {lock}<"$directory/users.lock"
flock --exclusive --nonblock "$lock" || refuse 'a fermata uses it; stop that first'
while read -r file; do
    process=$(head -n 1 "$file")
    if [[ $(ps -o comm= -p "$process" || true) == postgres ]]; then
        refuse "its PostgreSQL still runs; end it first: kill -INT $process"
    fi
done < <(find "$directory" -maxdepth 2 -name postmaster.pid)

rm -rf -- "$directory"
printf '%s was deleted\n' "$directory"
