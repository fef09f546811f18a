# Waits until the process $1 is gone, then stops the PostgreSQL under $2 and removes $2.
#
# It is in a process group of its own and deaf to the terminal, so it outlives an interrupted run.
trap '' HUP INT TERM

while kill -0 "$1" 2>/dev/null; do
    sleep 0.2
done

if postmaster=$(head -n 1 "$2/postgres/cluster/postmaster.pid" 2>/dev/null); then
    kill -QUIT "$postmaster" 2>/dev/null
    tries=100
    while [ -e "$2/postgres/cluster/postmaster.pid" ] && [ "$tries" -gt 0 ]; do
        sleep 0.1
        tries=$((tries - 1))
    done
fi
rm -rf "$2"
