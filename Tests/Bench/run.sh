#!/bin/sh
# Measures MASK against programs that do nothing else, side by side on this machine, and prints the ratios.
#
#   sh Tests/Bench/run.sh [--rounds N] [--seconds N] [--soak] [--only redirect,get,create,qr,platform,webhooks,pace,memory] [--keep]
#   sh Tests/Bench/run.sh --only scale,screens [--clicks N] [--links N]
#
#   --rounds N     rounds of floor, ours, floor, ours, … (default 3); the table shows medians
#   --seconds N    length of one measurement (default 8)
#   --soak         five million requests for the slope of the memory, instead of half a million
#   --only LIST    some parts only; "scale" and "screens", which take long, are not among the others
#   --clicks N     of "scale" and "screens" (default 1000000), on --links N links (10000)
#   --keep         leave the folder with the logs and figures
#
# The stack is the quick start's, in a folder of its own. The floors are the C programs in floor/, as many processes and
# threads as the workers have, behind a second nginx with the same configuration. Redirects are measured over HTTP, the
# API over TLS, with 32 connections of wrk; `qr` and `platform` compare parts of the API with one another. Everything, the clients too, shares the cores of this machine: the ratios
# say something, the absolute figures less.
#
# MASK_BIN=FOLDER takes the programs of that folder instead of building them. Exit status 0 unless something broke.

set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
root=${here%/Tests/Bench}
# shellcheck source=Tests/common.sh
. "$root/Tests/common.sh"
PATH=$PATH:/usr/sbin

rounds=3 seconds=8 soak='' only=redirect,get,create,qr,platform,webhooks,pace,memory keep=''
clicks_of_scale=1000000 links_of_scale=10000
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=$2; shift ;;
    --seconds) seconds=$2; shift ;;
    --soak) soak=yes ;;
    --only) only=$2; shift ;;
    --clicks) clicks_of_scale=$2; shift ;;
    --links) links_of_scale=$2; shift ;;
    --keep) keep=yes ;;
    *) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit 64 ;;
  esac
  shift
done
requests_of_memory=$([ -n "$soak" ] && echo 5000000 || echo 500000)
cached_links=100000
mixed_links=1000
bulk_links=1000
clients=32
threads=256

say() { printf '%s\n' "$*"; }
headline() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() { printf 'bench: %s\n' "$*" >&2; exit 1; }
wants() { case ",$only," in *",$1,"*) true ;; *) false ;; esac }

# ---- bringing it up and down -----------------------------------------------------------------------------------------

start_stack() {
  https=$(free_port 38443) http=$(free_port 38080)
  # As the floors have it; the workers inherit this.
  export MASK_THREADS=$threads MASK_DATABASE_CONNECTIONS=16
  sh "$root/systemd/quickstart.sh" --detach --dir "$folder" --https-port "$https" --http-port "$http" >"$folder/quickstart.log" ||
    { cat "$folder/quickstart.log"; fail "The stack did not start."; }
  # shellcheck disable=SC1091
  . "$folder/quickstart.env"
  export MASK_CONFIG MASK_MARIADB_SOCKET # for maskctl and the floors
  maskctl=$MASK_BIN/maskctl
  metrics=${MASK_METRICS_URL%/*} metrics=${metrics##*:}
  # wrk names the address that it connects to in the TLS handshake, and nginx looks for a certificate of that name.
  for part in crt key; do cp "$folder/tls/api.mask.localhost.$part" "$folder/tls/127.0.0.1.$part"; done
}

# An nginx with the settings of the stack's, in front of other sockets: start_nginx NAME SOCKET-A SOCKET-B HTTPS HTTP.
start_nginx() {
  at=$folder/nginx-$1
  mkdir -p "$at"
  ln -sfn "$root/nginx/snippets" "$at/snippets"
  for file in nginx.conf mask.conf; do
    sed -e "s|unix:$folder/sockets/a.sock|unix:$2|; s|unix:$folder/sockets/b.sock|unix:$3|" \
      -e "s|listen 127.0.0.1:$https|listen 127.0.0.1:$4|; s|listen 127.0.0.1:$http|listen 127.0.0.1:$5|" \
      -e "s|listen 127.0.0.1:$metrics;|listen unix:$at/metrics.sock;|" \
      -e "s|$folder/nginx/|$at/|; s|$folder/log/nginx-|$at/|" "$folder/nginx/$file" >"$at/$file"
  done
  nginx -p "$at" -c "$at/nginx.conf" -e "$at/error.log" >/dev/null 2>&1 &
  started=$!
  nginxes="$nginxes $started"
}

build_programs() {
  for program in fixed select insert; do
    gcc -O2 -o "$folder/floor-$program" "$here/floor/$program.c" -lfcgi -lmariadb -lpthread
  done
  gcc -D_GNU_SOURCE -O2 -o "$folder/paced" "$here/paced.c"
  gcc -D_GNU_SOURCE -O2 -o "$folder/receiver" "$here/receiver.c"
  gcc -O2 -o "$folder/floor-post" "$here/floor/post.c" -lcurl
  gcc -O2 -o "$folder/clicks" "$here/clicks.c" -lm
}

start_floor() {
  MASK_MARIADB_USER=$MASK_MARIADB_USER FLOOR_DATABASE=floor "$folder/floor-$1" "$folder/sockets/floor-a.sock" $threads >>"$folder/log/floor.log" 2>&1 &
  floors=$!
  MASK_MARIADB_USER=$MASK_MARIADB_USER FLOOR_DATABASE=floor "$folder/floor-$1" "$folder/sockets/floor-b.sock" $threads >>"$folder/log/floor.log" 2>&1 &
  floors="$floors $!"
  sleep 0.5
}

end_processes() {
  for process in "$@"; do kill "$process" 2>/dev/null && wait "$process" || :; done
}

stop_floor() {
  # shellcheck disable=SC2086
  end_processes $floors
  floors=''
}

finish() {
  status=$?
  trap - EXIT
  # shellcheck disable=SC2086
  end_processes $floors $nginxes
  sh "$root/systemd/quickstart.sh" stop --dir "$folder" >/dev/null || :
  if [ $status = 0 ] && [ -z "$keep" ]; then rm -rf "$folder"; else say "Logs and figures: $folder"; fi
  exit $status
}

# ---- the data --------------------------------------------------------------------------------------------------------

sql() { mariadb --no-defaults -u"$MASK_MARIADB_USER" -S "$MASK_MARIADB_SOCKET" -N -e "$1"; }

make_data() {
  "$maskctl" workspace create bench --plan enterprise >/dev/null
  "$maskctl" workspace limit bench 1000000000 >/dev/null
  key=$("$maskctl" key create --workspace bench --name bench --scopes all --json | sed -n 's/.*"key": *"\([^"]*\)".*/\1/p')
  # One link through the API, the others as copies of its row.
  curl -sS -f -o "$folder/template" --cacert "$MASK_CACERT" -H "Authorization: Bearer $key" -H "Content-Type: application/json" \
    "$MASK_API_URL/links" -d '{"url": "https://example.com/", "slug": "bench-template"}'
  sql "USE mask;
    CREATE TEMPORARY TABLE copies AS SELECT links.*, seq FROM links JOIN seq_1_to_$cached_links WHERE slug = 'bench-template';
    UPDATE copies SET slug = CONCAT('bench-', seq), url = CONCAT('https://example.com/products/spring/landing-page-', seq, '?ref=newsletter'),
      id = UNHEX(CONCAT(LPAD(HEX(CONV(HEX(LEFT(id, 6)), 16, 10) - $cached_links + seq), 12, '0'), LEFT(SHA1(seq), 20)));
    ALTER TABLE copies DROP seq;
    INSERT INTO links SELECT * FROM copies"
  sql "CREATE DATABASE floor; USE floor;
    CREATE TABLE links (id BIGINT PRIMARY KEY, slug VARCHAR(100) NOT NULL, url VARCHAR(1024) NOT NULL, title VARCHAR(255) NOT NULL);
    INSERT INTO links SELECT seq, CONCAT('bench-', seq), CONCAT('https://example.com/products/spring/landing-page-', seq, '?ref=newsletter'),
      CONCAT('A title of link ', seq) FROM seq_1_to_$cached_links;
    CREATE TABLE created (id BIGINT PRIMARY KEY AUTO_INCREMENT, url VARCHAR(1024) NOT NULL)"
  seq $mixed_links | sed 's|^|/bench-|' >"$folder/mix"
  seq $mixed_links | sed 's|^|/v1/links/|' >"$folder/floor-ids"
  list_ids | head -n $mixed_links >"$folder/ids"
  for format in svg png; do sed "s|$|/qr?format=$format|" "$folder/ids" >"$folder/ids-$format"; done
  [ "$(wc -l <"$folder/ids")" = $mixed_links ] || fail "The API did not list $mixed_links links."
}

# Paths of links as the API names them, a hundred at a time.
list_ids() {
  cursor=''
  for _ in $(seq $((mixed_links / 100))); do
    page=$(curl -sS --cacert "$MASK_CACERT" -H "Authorization: Bearer $key" "$MASK_API_URL/links?limit=100$cursor")
    printf '%s' "$page" | grep -o '"lnk_[0-9a-z]*"' | tr -d '"' | sed 's|^|/v1/links/|'
    cursor="&starting_after=$(printf '%s' "$page" | sed -n 's/.*"next_cursor":"\([^"]*\)".*/\1/p')"
  done
}

# ---- measuring -------------------------------------------------------------------------------------------------------

# load WORK SIDE URL HOST SCRIPT-ARGUMENTS…: one measurement with wrk, noted in the figures as
# WORK SIDE REQUESTS/S P50 P99, then microseconds of CPU a request of nginx, the program behind it, MariaDB, Redis
load() {
  work=$1 side=$2 url=$3 host=$4
  shift 4
  cpu_before=$(cpu_ticks "${measured:-$side}")
  # shellcheck disable=SC2046 # the figures are meant to be split
  set -- $(wrk -t2 -c$clients "-d${seconds}s" -s "$here/load.lua" -H "Host: $host" -H "Authorization: Bearer $key" "$url" -- "$@" |
    sed -n 's/^figures //p')
  [ $# = 6 ] && [ "$1" -gt 0 ] || fail "wrk got no answers for $work of $side."
  [ "$5$6" = 00 ] || [ "${refused:-}" = "$5" ] || [ "${refused:-}" = all ] || say "  $work, $side: $5 answers above 399, $6 failed connections"
  answered=$1
  rate=$(awk "BEGIN { printf \"%.0f\", $1 * 1e6 / $2 }")
  cpu=$(echo "$cpu_before $(cpu_ticks "${measured:-$side}")" | awk -v tick="$(getconf CLK_TCK)" -v count="$1" \
    '{ for (part = 1; part <= 4; part++) printf "%.1f ", ($(part + 4) - $part) * 1e6 / tick / count }')
  echo "$work $side $rate $3 $4 $cpu" >>"$figures"
  printf '  %-13s %-6s %8s/s   p50 %6.2f ms   p99 %6.2f ms\n' "$work" "$side" "$rate" "$(milliseconds "$3")" "$(milliseconds "$4")"
}

# CPU that nginx, the program behind it, MariaDB and Redis have used: cpu_ticks floor|ours
cpu_ticks() {
  running() { cat "$folder/processes/$1.pid"; }
  if [ "$1" = ours ]; then
    nginx_ticks=$(running nginx) program_ticks="$(running worker-a) $(running worker-b)"
  else
    nginx_ticks=$floor_nginx program_ticks=$floors
  fi
  # shellcheck disable=SC2086,SC2046 # lists are meant to be split
  echo "$(ticks $(cat /proc/$nginx_ticks/task/$nginx_ticks/children)) $(ticks $program_ticks) $(ticks "$(running mariadb)") $(ticks "$(running redis)")"
}

# Time in user and system mode of processes, proc(5).
ticks() {
  for process in "$@"; do cat "/proc/$process/stat"; done | awk '{ sub(/.*\) /, ""); ticks += $12 + $13 } END { print ticks }'
}

milliseconds() { awk "BEGIN { printf \"%.2f\", $1 / 1000 }"; }

# Bytes of the journal that the loaders have not yet reached.
waiting() { "$maskctl" journal status | awk 'NR > 1 { bytes += $NF } END { print bytes + 0 }'; }

clicks_stored() { sql "SELECT COUNT(*) FROM mask.recorded_clicks"; }

# Waits until everything is loaded and says how long that took.
drain() {
  from=$(date +%s%N)
  until [ "$(waiting)" = 0 ]; do
    [ $(($(date +%s%N) - from)) -lt 300000000000 ] || fail "The journal was not loaded within five minutes."
    sleep 0.1
  done
  drained=$(awk "BEGIN { printf \"%.1f\", ($(date +%s%N) - $from) / 1e9 }")
}

# A redirect's measurement, and whether each click that was answered is stored, once.
load_redirects() {
  access_log=$folder/log/nginx-access.log
  : >"$access_log"
  before=$(clicks_stored)
  load "$1" ours "http://127.0.0.1:$http/bench-1" mask.localhost "$2" "$folder/mix"
  drain
  sleep 1.2 # nginx writes its log once a second
  logged=$(grep -c ' click=1 ' "$access_log" || :)
  stored=$(($(clicks_stored) - before))
  # A client that leaves at the end of its time may have clicked without an answer: 499, at most one a connection.
  left=$(grep -c '" 499 ' "$access_log" || :)
  outcome=equal
  "$maskctl" journal reconcile --access-log "$access_log" >"$folder/reconcile" || outcome=DIFFERENT
  [ "$stored" -ge "$logged" ] && [ "$stored" -le $((logged + left)) ] || outcome=DIFFERENT
  [ $outcome = equal ] || { differences=$((differences + 1)); cat "$folder/reconcile"; }
  say "                loaded $drained s later; wrk counted $answered, nginx $logged ($left clients left unanswered), stored $stored: $outcome"
}

measure_redirects() {
  headline "Redirects"
  start_floor fixed
  wrk -t2 -c$clients -d2s -H "Host: mask.localhost" "http://127.0.0.1:$floor_http/bench-1" >/dev/null
  wrk -t2 -c$clients -d2s -H "Host: mask.localhost" "http://127.0.0.1:$http/bench-1" >/dev/null
  drain
  for _ in $(seq "$rounds"); do
    load redirect-hot floor "http://127.0.0.1:$floor_http/bench-1" mask.localhost same
    load_redirects redirect-hot same
    load redirect-mix floor "http://127.0.0.1:$floor_http/bench-1" mask.localhost paths "$folder/mix"
    load_redirects redirect-mix paths
  done
  stop_floor
}

measure_reads() {
  headline "GET /v1/links/{id}"
  start_floor select
  for _ in $(seq "$rounds"); do
    load get floor "https://127.0.0.1:$floor_https/v1/links/1" api.mask.localhost paths "$folder/floor-ids"
    load get ours "https://127.0.0.1:$https/v1/links/1" api.mask.localhost paths "$folder/ids"
    drain
  done
  stop_floor
}

measure_creates() {
  headline "POST /v1/links"
  start_floor insert
  for _ in $(seq "$rounds"); do
    load create floor "https://127.0.0.1:$floor_https/v1/links" api.mask.localhost create
    load create ours "https://127.0.0.1:$https/v1/links" api.mask.localhost create
    drain
  done
  stop_floor
}

# Of 1,000 links, which fit into the memory for what was drawn. What stands as floor is reading the link.
measure_qr() {
  headline "QR codes: GET /v1/links/{id}/qr"
  measured=ours
  for _ in $(seq "$rounds"); do
    for format in svg png; do
      load qr-$format floor "https://127.0.0.1:$https/v1/links/1" api.mask.localhost paths "$folder/ids"
      load qr-$format ours "https://127.0.0.1:$https/v1/links/1" api.mask.localhost paths "$folder/ids-$format"
      drain
    done
  done
  measured=''
}

# Parts of the API against one another: what stands as floor is ours too.
measure_platform() {
  headline "The platform: idempotent and bulk creates, refusals"
  measured=ours
  "$maskctl" workspace create flood --plan hobby >/dev/null
  "$maskctl" workspace limit flood 1 >/dev/null
  flood_key=$("$maskctl" key create --workspace flood --name flood --scopes all --json | sed -n 's/.*"key": *"\([^"]*\)".*/\1/p')
  for _ in $(seq "$rounds"); do
    load idempotent floor "https://127.0.0.1:$https/v1/links" api.mask.localhost create
    load idempotent ours "https://127.0.0.1:$https/v1/links" api.mask.localhost idempotent
    drain
    load bulk floor "https://127.0.0.1:$https/v1/links" api.mask.localhost create
    (clients=8; load bulk ours "https://127.0.0.1:$https/v1/links/bulk" api.mask.localhost bulk $bulk_links)
    drain
    load refusal floor "https://127.0.0.1:$https/v1/links/1" api.mask.localhost paths "$folder/ids"
    (key=$flood_key; refused=all; load refusal ours "https://127.0.0.1:$https/v1/links/1" api.mask.localhost paths "$folder/ids")
    drain
    (clients=4; load flood floor "https://127.0.0.1:$https/v1/links/1" api.mask.localhost paths "$folder/ids")
    drain
    flood & flood=$!
    # shellcheck disable=SC2030 # for this line only
    (clients=4; load flood ours "https://127.0.0.1:$https/v1/links/1" api.mask.localhost paths "$folder/ids")
    wait $flood || :
    say "                while $(sed -n 's/^figures \([0-9]*\).*/\1/p' "$folder/flood") requests of another workspace were refused"
    drain
  done
  measured=''
}

# Some 3,000 requests a second of a workspace that has used up its limit.
flood() {
  exec wrk -t2 -c32 "-d$((seconds + 2))s" -s "$here/load.lua" -H "Host: api.mask.localhost" -H "Authorization: Bearer $flood_key" \
    "https://127.0.0.1:$https/v1/links/1" -- slow 10 >"$folder/flood"
}

# At half of the peak that the redirects above reached, each against its own: paced PORT RATE.
measure_pace() {
  headline "Redirects at half of the peak rate (an open loop: paced.c; Debian has no wrk2)"
  start_floor fixed
  peak_floor=$(median redirect-hot floor 3) peak_ours=$(median redirect-hot ours 3)
  for _ in $(seq "$rounds"); do
    pace floor "$floor_http" $((peak_floor / 2))
    pace ours "$http" $((peak_ours / 2))
    drain
  done
  stop_floor
}

pace() {
  # shellcheck disable=SC2046
  set -- "$1" "$3" $("$folder/paced" "$2" mask.localhost /bench-%ld 1 "$3" $(($3 * seconds)))
  [ $# = 8 ] && [ "$8" = 0 ] || fail "The redirects at half of the peak rate were not answered."
  echo "pace $1 $2 $5 $6" >>"$figures"
  printf '  %-13s %-6s %8s/s   p50 %6.2f ms   p99 %6.2f ms   longest %6.2f ms\n' pace "$1" "$2" \
    "$(milliseconds "$5")" "$(milliseconds "$6")" "$(milliseconds "$7")"
}

# One worker behind both sockets of the upstream, so that every link is surely in its cache: the one that loads the clicks, too.
measure_memory() {
  headline "Memory of the worker that loads the clicks, with $cached_links links cached"
  name=a
  for other in /proc/"$(cat "$folder/processes/worker-b.pid")"/fd/*; do
    case $(readlink "$other") in */loader.lock) name=b ;; esac
  done
  one_https=$(free_port $((floor_https + 1))) one_http=$(free_port $((floor_http + 1)))
  start_nginx one "$folder/sockets/$name.sock" "$folder/sockets/$name.sock" "$one_https" "$one_http"
  sleep 0.5
  worker=$(cat "$folder/processes/worker-$name.pid")
  say "  before: $(memory_of "$worker") kB"
  "$folder/paced" "$one_http" mask.localhost /bench-%ld $cached_links 1000000 $cached_links >"$folder/paced.out"
  drain
  say "  after one request for each link: $(memory_of "$worker") kB ($(sed -n 's/^Pss: *//p' "/proc/$worker/smaps_rollup") Pss)"
  part=$((requests_of_memory / 5))
  : >"$folder/slope"
  for step in 0 1 2 3 4 5; do
    "$folder/paced" "$one_http" mask.localhost /bench-%ld $cached_links 1000000 $part >"$folder/paced.out"
    drain
    # The first part only warms up.
    echo "$((step * part)) $(memory_of "$worker")" >>"$folder/slope"
    say "  after $(((step + 1) * part)) more requests: $(tail -n1 "$folder/slope" | cut -d' ' -f2) kB"
    [ "$(cat "$folder/processes/worker-$name.pid")" = "$worker" ] || fail "The worker was started again meanwhile."
  done
  memory_slope=$(awk '{ n++; x += $1; y += $2; xx += $1 * $1; xy += $1 * $2 }
    END { printf "%.0f", (n * xy - x * y) / (n * xx - x * x) * 1e6 }' "$folder/slope")
  memory=$(awk '$2 > most { most = $2 } END { print most }' "$folder/slope")
}

memory_of() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }

# ---- the table -------------------------------------------------------------------------------------------------------

# median WORK SIDE COLUMN
median() {
  awk -v work="$1" -v side="$2" -v column="$3" '$1 == work && $2 == side { print $column }' "$figures" | middle
}

middle() { sort -n | awk '{ value[NR] = $1 } END { print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2 }'; }

# The median of the rounds' own ratios: what disturbs the machine disturbs both sides of a round.
ratio() {
  awk -v work="$1" -v column="$2" '$1 == work && $2 == "floor" { floor = $column }
    $1 == work && $2 == "ours" { print $column / floor }' "$figures" | middle
}

machine() {
  headline "Machine"
  say "  $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n1), $(awk '/MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo), Linux $(uname -r)"
  say "  $(nginx -v 2>&1 | sed 's/.*: //'), $(mariadbd --version | sed 's/.*Ver \([^ ]*\).*/MariaDB \1/'), $(redis-server --version | sed 's/.*v=\([^ ]*\).*/Redis \1/'), $(swift --version 2>/dev/null | sed -n 's/.*\(Swift version [^ ]*\).*/\1/p')"
  # shellcheck disable=SC2031 # the value that all others have
  say "  load before the start: $(cut -d' ' -f1-3 /proc/loadavg); 2 workers of $threads threads, 2 nginx processes, $clients clients, medians of $rounds rounds of $seconds s"
}

rate_row() {
  wants "$4" || return 0
  reached=$(ratio "$1" 3)
  printf '%-34s %9.0f/s %9.0f/s %6.2f  ≥ %-8s %-6s %5.2f / %-5.2f %6.2f / %-6.2f\n' "$2" "$(median "$1" floor 3)" "$(median "$1" ours 3)" \
    "$reached" "$3" "$(verdict "$reached >= $3")" "$(milliseconds "$(median "$1" floor 4)")" "$(milliseconds "$(median "$1" ours 4)")" \
    "$(milliseconds "$(median "$1" floor 5)")" "$(milliseconds "$(median "$1" ours 5)")"
}

verdict() { awk "BEGIN { print ($1) ? \"pass\" : \"short\" }"; }

table() {
  headline "Result"
  printf '%-34s %11s %11s %6s  %-10s %-6s %-13s %s\n' work floor MASK ratio target '' "p50 ms" "p99 ms (floor / MASK)"
  rate_row redirect-hot "redirect, one link" 0.7 redirect
  rate_row redirect-mix "redirect, $mixed_links links" 0.65 redirect
  rate_row get "GET /v1/links/{id}" 0.6 get
  rate_row create "POST /v1/links" 0.6 create
  if wants qr; then
    rate_row qr-svg "QR code as SVG / GET of its link" 0.8 qr
    rate_row qr-png "QR code as PNG / GET of its link" 0.5 qr
  fi
  if wants platform; then
    rate_row idempotent "idempotent create / plain create" 0.8 platform
    reached=$(awk "BEGIN { print $(ratio bulk 3) * $bulk_links }")
    printf '%-34s %9.0f/s %9.0f/s %6.1f  ≥ %-8s %s\n' "links, $bulk_links a request / one" "$(median bulk floor 3)" \
      "$(awk "BEGIN { print $(median bulk ours 3) * $bulk_links }")" "$reached" 10 "$(verdict "$reached >= 10")"
    rate_row refusal "429 / GET /v1/links/{id}" 0.8 platform
    printf '%-34s %8.2f ms %8.2f ms %6.2f\n' "p99 of GET while another floods" "$(milliseconds "$(median flood floor 5)")" \
      "$(milliseconds "$(median flood ours 5)")" "$(ratio flood 5)"
  fi
  if wants webhooks; then webhook_rows; fi
  if wants pace; then
    reached=$(ratio pace 5)
    printf '%-34s %8.2f ms %8.2f ms %6.2f  ≤ %-8s %s\n' "p99 of redirects at half the peak" "$(milliseconds "$(median pace floor 5)")" \
      "$(milliseconds "$(median pace ours 5)")" "$reached" 3 "$(verdict "$reached <= 3")"
  fi
  if wants memory; then
    printf '%-34s %11s %8.1f MB %6s  ≤ %-8s %s\n' "worker with $cached_links links, most" "" "$(awk "BEGIN { print $memory / 1024 }")" "" "96 MB" \
      "$(verdict "$memory <= 96 * 1024")"
    printf '%-34s %11s %8s kB %6s  %-10s %s\n' "its growth per million requests" "" "$memory_slope" "" "flat" "$(verdict "$memory_slope <= 1024")"
  fi
  if wants scale; then scale_rows; fi
  if wants redirect; then
    printf '%-34s %11s %11s\n' "clicks answered = clicks stored" "" "$([ $differences = 0 ] && echo always || echo "$differences differ")"
  fi
}

cpu_row() {
  wants "$3" || return 0
  for side in floor ours; do
    printf '%-34s %-6s %8.1f %8.1f %8.1f %8.1f\n' "$2" $side "$(median "$1" $side 6)" "$(median "$1" $side 7)" \
      "$(median "$1" $side 8)" "$(median "$1" $side 9)"
  done
}

cpu_table() {
  headline "CPU, microseconds a request"
  printf '%-34s %-6s %8s %8s %8s %8s\n' work '' nginx program MariaDB Redis
  cpu_row redirect-hot "redirect, one link" redirect
  cpu_row redirect-mix "redirect, $mixed_links links" redirect
  cpu_row get "GET /v1/links/{id}" get
  cpu_row create "POST /v1/links" create
  cpu_row qr-svg "GET and its QR code as SVG" qr
  cpu_row qr-png "GET and its QR code as PNG" qr
  cpu_row idempotent "plain and idempotent create" platform
  cpu_row refusal "GET and its refusal" platform
}

# shellcheck source=Tests/Bench/webhooks.sh
. "$here/webhooks.sh"
# shellcheck source=Tests/Bench/scale.sh
. "$here/scale.sh"
# shellcheck source=Tests/Bench/screens.sh
. "$here/screens.sh"

# ---- the story -------------------------------------------------------------------------------------------------------

wants pace && { wants redirect || fail "--only pace needs redirect too: it runs at half of its rate."; }
sh "$root/systemd/quickstart.sh" --install-only
install_missing wrk libfcgi-dev || fail "Not installed:$missing"
folder=$(mktemp -d /tmp/mask-bench.XXXXXX)
floors='' nginxes='' differences=0 figures=$folder/figures
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
machine
start_stack
build_programs
floor_https=$(free_port $((https + 1))) floor_http=$(free_port $((http + 1)))
start_nginx floor "$folder/sockets/floor-a.sock" "$folder/sockets/floor-b.sock" "$floor_https" "$floor_http"
floor_nginx=$started
make_data
if wants redirect; then measure_redirects; fi
if wants get; then measure_reads; fi
if wants create; then measure_creates; fi
if wants qr; then measure_qr; fi
if wants platform; then measure_platform; fi
if wants webhooks; then measure_webhooks; fi
if wants pace; then measure_pace; fi
if wants memory; then measure_memory; fi
if wants scale; then measure_scale; fi
if wants screens; then measure_screens; fi
table
cpu_table
[ $differences = 0 ]
