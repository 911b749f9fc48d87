#!/usr/bin/env bash
# Measures the built server on this machine and prints tables in Markdown; bench/README.md explains the columns.
# Usage: bench/run.sh [ROUNDS of each load, default 5]. Needs wrk and curl. BENCH_POSTGRES names an empty PostgreSQL
# database, for the rows that are measured on both; with it, and where Debian's packages of Django are present, Watchword
# is compared with Django as well.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-5}
seconds=2 # of each round
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

# field NAME prints a line of the server's /proc/PID/status, in MiB.
field() { awk -v name="$1:" '$1 == name { printf "%.1f", $2 / 1024 }' "/proc/$pid/status"; }

# bare BENCHMARK prints the processor time of bare cryptography, in microseconds.
bare() {
    "$work/bench.test" -test.run '^$' -test.bench "^Benchmark$1\$" -test.benchtime 1s |
        awk '/cpu-µs/ { for (i = 2; i < NF; i++) if ($(i + 1) == "cpu-µs/op") print $i }'
}

# load TITLE BARE WRK-ARGUMENT... puts load on the server in rounds, with the bare cryptography running beside it so that
# both meet the same neighbours, and prints one row of medians.
load() {
    local title=$1 unit=$2 before after out
    shift 2
    : >"$work/rounds"
    for _ in $(seq "$rounds"); do
        bare "$unit" >"$work/bare" &
        local beside=$!
        before=$(cpu)
        out=$(wrk -d "${seconds}s" "$@")
        after=$(cpu)
        wait "$beside"
        if grep -q 'Non-2xx\|Socket errors' <<<"$out"; then
            echo "$title: not every answer was good" >&2
            echo "$out" >&2
            exit 1
        fi
        awk -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" -v bare="$(cat "$work/bare")" '
            /requests in/ { each = ticks / hz / $1 * 1e6 }
            /Requests\/sec/ { rate = $2 }
            END { print each, bare, each / bare, rate }' <<<"$out" >>"$work/rounds"
    done
    printf '| %s | %.0f | %.1f | %.1f | %.2f | %s | %s |\n' "$title" \
        "$(median 4)" "$(median 1)" "$(median 2)" "$(median 3)" "$(field VmRSS)" "$(field RssAnon)"
}

# median COLUMN prints the median over the rounds.
median() { awk -v c="$1" '{ print $c }' "$work/rounds" | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# post PATH BODY prints the answer.
post() { curl -fs -H 'Content-Type: application/json' -d "$2" "$base$1"; }

# value NAME prints that text of the JSON on standard input.
value() { sed -E "s/.*\"$1\": ?\"([^\"]+)\".*/\1/"; }

# prepare DATABASE makes a database with one user in it.
prepare() {
    export WATCHWORD_DATABASE_URL=$1
    "$work/watchword" migrate >/dev/null
    DJANGO_SUPERUSER_PASSWORD=$password "$work/watchword" createsuperuser --noinput \
        --username bench --email bench@example.org >/dev/null
}

# hot DATABASE measures a protected resource by opaque token, by session and by JWT, with rows read for every request and
# with rows in memory. Servers are started anew before each load: a process that has hashed no password shows what memory
# everything else needs.
hot() {
    opaque "$1"
    opaque "$1, rows in memory" "${in_memory[@]}"
    session "$1"
    session "$1, rows in memory" "${in_memory[@]}"
    jwt "$1"
    jwt "$1, rows in memory" "${in_memory[@]}"
}
in_memory=(WATCHWORD_ROW_CACHE_AGE=1s)

# opaque TITLE NAME=VALUE... measures it by opaque token.
opaque() {
    local token title=$1
    shift
    start
    token=$(post /auth/login/ "$credentials" | value token)
    start "$@"
    load "GET by opaque token, $title" RSAVerify -t2 -c16 -H "Authorization: Token $token" "$base/auth-demo/whoami/"
}

# jwt TITLE NAME=VALUE... measures it by JWT.
jwt() {
    local access title=$1
    shift
    start
    access=$(post /api/token/ "$credentials" | value access)
    start "$@"
    load "GET by JWT, $title" RSAVerify -t2 -c16 -H "Authorization: Bearer $access" "$base/hello/"
}

# session TITLE NAME=VALUE... measures it by session.
session() {
    local key title=$1
    shift
    start "${by_session[@]}"
    key=$(curl -fs -o /dev/null -D - -H 'Content-Type: application/json' -d "$credentials" "$base/dj-rest-auth/login/" |
        sed -nE 's/^Set-Cookie: sessionid=([^;]+).*/\1/Ip')
    start "${by_session[@]}" "$@"
    load "GET by session, $title" RSAVerify -t2 -c16 -H "Cookie: sessionid=$key" "$base/auth-demo/whoami/"
}
by_session=(WATCHWORD_REST_FRAMEWORK__DEFAULT_AUTHENTICATION_CLASSES='["session"]' WATCHWORD_REST_AUTH__SESSION_LOGIN=true)

go build -pgo bench/server.pgo -trimpath -ldflags '-s -w' -o "$work/watchword" .
go test -c -o "$work/bench.test" ./bench
port=18431
base=http://127.0.0.1:$port
password=$(head -c 18 /dev/urandom | base64)
credentials="{\"username\":\"bench\",\"password\":\"$password\"}"
export WATCHWORD_LISTEN=127.0.0.1:$port WATCHWORD_DATA_DIR=$work/data WATCHWORD_DRAIN_DELAY=0s WATCHWORD_DEMO=true
export WATCHWORD_LOG_LEVEL=${WATCHWORD_LOG_LEVEL:-info} WATCHWORD_SIMPLE_JWT__ACCESS_TOKEN_LIFETIME=1h
WATCHWORD_SECRET_KEY=$(head -c 60 /dev/urandom | base64 -w0)
export WATCHWORD_SECRET_KEY
mkdir -p "$work/data"
prepare "sqlite:///$work/db.sqlite3"

start
pair=$(post /api/token/ "$credentials")
access=$(value access <<<"$pair")
refresh=$(value refresh <<<"$pair")
chains="$(post /api/token/ "$credentials" | value refresh) $(post /api/token/ "$credentials" | value refresh)"

echo '| request | per second | CPU µs each | bare CPU µs | ratio | resident MiB | of which own |'
echo '|---|---|---|---|---|---|---|'
start # anew, as above
BODY="{\"token\":\"$access\"}" load 'POST token/verify/' RSAVerify -t2 -c16 -s bench/post.lua "$base/api/token/verify/"
hot SQLite
start WATCHWORD_SIMPLE_JWT__ROTATE_REFRESH_TOKENS=false WATCHWORD_SIMPLE_JWT__BLACKLIST_AFTER_ROTATION=false \
    WATCHWORD_SIMPLE_JWT__REUSE_ENDS_FAMILY=false WATCHWORD_SIMPLE_JWT__FAMILY_LIFETIME=0s
BODY="{\"refresh\":\"$refresh\"}" load 'POST token/refresh/' RSAPair -t2 -c16 -s bench/post.lua "$base/api/token/refresh/"
start
rounds=1 TOKENS=$chains load 'POST token/refresh/ with rotation' RSAPair -t2 -c2 -s bench/rotate.lua "$base/api/token/refresh/"
BODY=$credentials load 'POST token/, argon2id' Argon2id -t1 -c1 -s bench/post.lua "$base/api/token/"
BODY=$credentials load 'POST login/ for an opaque token, argon2id' Argon2id -t1 -c1 -s bench/post.lua "$base/auth/login/"
if [ -n "${BENCH_POSTGRES-}" ]; then
    prepare "$BENCH_POSTGRES"
    hot PostgreSQL
fi
stop

echo
echo "Stripped binary: $(awk -v b="$(stat -c %s "$work/watchword")" 'BEGIN { printf "%.1f MB", b / 1e6 }')"
echo
WATCHWORD_TEST_BINARY=$work/watchword "$work/bench.test" -test.run '^$' -test.bench .

echo
if [ -z "${BENCH_POSTGRES-}" ]; then
    echo 'Not compared with Django: BENCH_POSTGRES names no database.'
elif ! command -v gunicorn >/dev/null || ! /usr/bin/python3 -c 'import rest_framework_simplejwt' 2>/dev/null; then
    echo 'Not compared with Django: install gunicorn, python3-djangorestframework-simplejwt, python3-argon2, python3-psycopg2.'
else
    env -u WATCHWORD_DATABASE_URL go run ./bench/compare -rounds "$rounds" -postgres "$BENCH_POSTGRES" -chart bench/compare.svg
fi
