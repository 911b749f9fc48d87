#!/usr/bin/env bash
# Measures the built server on this machine and prints a table in Markdown; bench/README.md explains the columns.
# Usage: bench/run.sh [SECONDS for each load, default 10]. Needs wrk and curl.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-10}
work=$(mktemp -d)
pid=
trap 'stop; rm -rf "$work"' EXIT

stop() {
    if [ -n "$pid" ]; then
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
        pid=
    fi
}

# start NAME=VALUE... starts a server with these variables and waits until it is ready.
start() {
    stop
    env "$@" "$work/watchword" serve >"$work/log" 2>&1 &
    pid=$!
    until curl -fs "$base/readyz" >/dev/null; do
        kill -0 "$pid" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    done
}

# cpu prints the processor time that the server has used, in clock ticks.
cpu() { awk '{ print $14 + $15 }' "/proc/$pid/stat"; }

resident() { awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$pid/status"; }

# load TITLE WRK-ARGUMENT... puts load on the server and prints one row.
load() {
    local title=$1 before after out
    shift
    if [ -z "${TOKENS-}" ]; then
        wrk -d1s "$@" >/dev/null # warm up, but not with tokens that are good for one run only
    fi
    before=$(cpu)
    out=$(wrk --latency -d "${seconds}s" "$@")
    after=$(cpu)
    if grep -q 'Non-2xx\|Socket errors' <<<"$out"; then
        echo "$title: not every answer was good" >&2
        echo "$out" >&2
        exit 1
    fi
    awk -v title="$title" -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" -v rss="$(resident)" '
        /requests in/ { requests = $1 }
        /Requests\/sec/ { rate = $2 }
        / 50% / { p50 = $2 }
        / 99% / { p99 = $2 }
        END { printf "| %s | %.0f | %.1f | %s | %s | %s |\n", title, rate, ticks / hz / requests * 1e6, p50, p99, rss }' <<<"$out"
}

# obtain prints the field access or refresh of a new pair of tokens.
obtain() {
    curl -fs -H 'Content-Type: application/json' -d "$credentials" "$base/api/token/" |
        sed -E "s/.*\"$1\":\"([^\"]+)\".*/\1/"
}

go build -trimpath -ldflags '-s -w' -o "$work/watchword" .
port=18431
base=http://127.0.0.1:$port
password=$(head -c 18 /dev/urandom | base64)
credentials="{\"username\":\"bench\",\"password\":\"$password\"}"
export WATCHWORD_LISTEN=127.0.0.1:$port WATCHWORD_DATA_DIR=$work/data WATCHWORD_DRAIN_DELAY=0s
export WATCHWORD_DATABASE_URL=sqlite:///$work/db.sqlite3 WATCHWORD_LOG_LEVEL=${WATCHWORD_LOG_LEVEL:-info}
export WATCHWORD_SIMPLE_JWT__ACCESS_TOKEN_LIFETIME=1h
mkdir -p "$work/data"
"$work/watchword" migrate >/dev/null
DJANGO_SUPERUSER_PASSWORD=$password "$work/watchword" createsuperuser --noinput \
    --username bench --email bench@example.org >/dev/null

start
access=$(obtain access)
refresh=$(obtain refresh)
chains="$(obtain refresh) $(obtain refresh)"

echo '| request | per second | CPU µs each | median | 99 % | resident MiB |'
echo '|---|---|---|---|---|---|'
start # anew: this process has hashed no password, so its memory is what everything else needs
BODY="{\"token\":\"$access\"}" load 'POST token/verify/' -t2 -c16 -s bench/post.lua "$base/api/token/verify/"
load 'GET hello/ with a token' -t2 -c16 -H "Authorization: Bearer $access" "$base/hello/"
start WATCHWORD_SIMPLE_JWT__ROTATE_REFRESH_TOKENS=false
BODY="{\"refresh\":\"$refresh\"}" load 'POST token/refresh/' -t2 -c16 -s bench/post.lua "$base/api/token/refresh/"
start
TOKENS=$chains load 'POST token/refresh/ with rotation' -t2 -c2 -s bench/rotate.lua "$base/api/token/refresh/"
BODY=$credentials load 'POST token/, argon2id' -t1 -c1 -s bench/post.lua "$base/api/token/"
stop

echo
echo "Stripped binary: $(awk -v b="$(stat -c %s "$work/watchword")" 'BEGIN { printf "%.1f MB", b / 1e6 }')"
echo
WATCHWORD_TEST_BINARY=$work/watchword go test -run '^$' -bench . ./bench
