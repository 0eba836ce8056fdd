#!/bin/sh
# Two app hosts with one MariaDB and one Redis, each on a machine of its own (network namespaces): what is changed on one
# host is right on the other, webhooks go out once, clicks add up, and what happens while a host has lost Redis or dies.
#
#   MASK_BIN=.build/release sh Tests/Host/hosts.sh
#
# It needs root and Debian 13 or 12; without MASK_BIN it takes the programs of the installed package. MASK_LAB_KEEP=1 keeps the
# logs. See lab.sh for how the machines are made.
# shellcheck disable=SC2154 # what eval sets
set -eu
# shellcheck source=Tests/Host/lab.sh
. "$(dirname "$0")/lab.sh"

changes=${MASK_LAB_CHANGES:-30}

# ---- a change on one host is right on the other ----------------------------------------------------------------------

# The delay from the API's answer on one host to the moment from which on every answer of the other is right; a visitor there
# asks all the time, and is answered by two workers in turn.
change_links() {
  from=$1 to=$2 rate=$3
  id=$(api "$from" POST /links '{"url": "https://example.com/0"}' | tee "$lab/made" | member id)
  slug=$(member slug <"$lab/made")
  visit "$from" "/$slug" >/dev/null
  : >"$lab/delays"
  watch "$to" "/$slug" $((changes / 4 + 4)) "$lab/seen" "$rate"
  visitor=$!
  sleep 1
  for number in $(seq "$changes"); do
    api "$from" PATCH "/links/$id" "{\"url\": \"https://example.com/$number\"}" >/dev/null
    echo "$(now) $number" >>"$lab/changed.$from"
    sleep 0.1
  done
  wait $visitor
  awk '{ print $1, $2 }' "$lab/changed.$from" | while read -r at number; do
    seen=$(awk -v url="https://example.com/$number" '$3 == url { at = $1 } END { print at }' "$lab/seen")
    [ -n "$seen" ] || fail "change $number on $from was never seen on $to"
    echo $(((seen - at) / 1000))
  done >"$lab/delays"
  rm -f "$lab/changed.$from"
  grep -q "errors 0" "$lab/seen" || fail "visitors of $to got no answer: $lab/seen"
  [ "$(percentile 100 "$lab/delays")" -lt 1000 ] || fail "a change took $(percentile 100 "$lab/delays") ms to the other host"
}

# The delay of one change until the other host answers with a status.
becomes() {
  from=$1 to=$2 wanted=$3 method=$4 path=$5 slug=$6 body=${7:-}
  watch "$to" "/$slug" 2 "$lab/seen" 500
  visitor=$!
  sleep 0.5
  api "$from" "$method" "$path" "$body" >/dev/null
  at=$(now)
  wait $visitor
  seen=$(awk -v status="$wanted" '$2 == status { print $1; exit }' "$lab/seen")
  [ -n "$seen" ] || fail "$method $path on $from: $to never answered $wanted"
  delay=$(((seen - at) / 1000))
  [ $delay -lt 1000 ] || fail "$method $path on $from: $to answered $wanted after $delay ms"
}

test_links() {
  headline "Links"
  change_links one two 300
  fact "$changes changes on one, a visitor of two asks 300 times a second: right $(percentile 50 "$lab/delays") ms after the" \
    "API's answer (p50), $(percentile 100 "$lab/delays") ms at the most; negative is before it"
  # Both hosts' caches are kept hot by visitors without a pause.
  watch one "/$slug" 15 "$lab/hot.one" 0
  watch two "/$slug" 15 "$lab/hot.two" 0
  change_links two one 0
  fact "$changes changes on two while visitors of both ask without a pause: $(percentile 50 "$lab/delays") ms (p50)," \
    "$(percentile 100 "$lab/delays") ms at the most"
  sleep 3
  becomes one two 404 PATCH "/links/$id" "$slug" '{"disabled": true}'
  fact "a link disabled on one is 404 on two after $delay ms"
  becomes two one 302 PATCH "/links/$id" "$slug" '{"disabled": false}'
  fact "enabled on two, it leads on at one after $delay ms"
  becomes one two 404 DELETE "/links/$id" "$slug"
  fact "deleted on one, it is 404 on two after $delay ms"
  becomes two one 302 POST /links new-slug '{"url": "https://example.com/", "slug": "new-slug"}'
  fact "a slug that visitors of one asked for before it was there leads on $delay ms after it was made on two"
}

# ---- keys and limits -------------------------------------------------------------------------------------------------

make_key() { ctl one key create --workspace acme --name "$1" --scopes all,keys:write --json >"$lab/key.json"; }

test_keys() {
  headline "Keys and limits"
  for _ in 1 2 3 4 5; do
    make_key short
    short=$(member key <"$lab/key.json") short_id=$(member id <"$lab/key.json")
    for host in one two one two; do
      (key=$short && api $host GET /links >/dev/null)
      [ "$(cat "$lab/status")" = 200 ] || fail "a new key is refused on $host: $(cat "$lab/status")"
    done
    api one DELETE "/api-keys/$short_id" >/dev/null
    (key=$short && api two GET /links >/dev/null)
    [ "$(cat "$lab/status")" = 401 ] || fail "a key revoked on one opens two: $(cat "$lab/status")"
  done
  fact "a key revoked on one is refused on two by the very next request, five times of five"
  ctl one workspace create small --plan hobby >/dev/null
  small=$(ctl one key create --workspace small --name k --scopes links:read --json | member key)
  : >"$lab/statuses"
  for number in $(seq 45); do
    for host in one two; do
      (key=$small && api $host GET /links >/dev/null)
      { cat "$lab/status" && echo; } >>"$lab/statuses"
    done
  done
  let_in=$(grep -c 200 "$lab/statuses") || :
  case $let_in in 60 | 61) ;; *) fail "the limit of 60 a minute let in $let_in of two hosts together" ;; esac
  fact "a limit of 60 a minute let $let_in of 90 requests in, half of them asked on each host"
}

# ---- pages -----------------------------------------------------------------------------------------------------------

page_there() { curl -s --max-time 5 -H "Host: $link_host" "http://$(address "$1")/$2" | grep -q "$3"; }
file_there() { grep -q "$2" "$lab/$1/pages/$link_host/$3.html" 2>/dev/null; }

test_pages() {
  headline "Bio pages"
  page=$(api one POST /bio-pages '{"title": "First title", "slug": "team", "blocks": []}' | member id)
  api one POST "/bio-pages/$page/publish" >/dev/null
  at=$(now)
  wait_until 1 "the page of one is not a file on two" file_there two "First title" team
  fact "a page published on one is a file on two $((($(now) - at) / 1000)) ms later"
  [ "$(curl -sI -H "Host: $link_host" "http://$(address one)/team" | grep -i etag)" = \
    "$(curl -sI -H "Host: $link_host" "http://$(address two)/team" | grep -i etag)" ] ||
    fail "the page has another entity tag on each host"
  fact "both hosts give it the same entity tag"
  part two memory
  sleep 2
  api one PATCH "/bio-pages/$page" '{"title": "Second title"}' >/dev/null
  api one POST "/bio-pages/$page/publish" >/dev/null
  at=$(now)
  wait_until 20 "cron did not bring the page to two" file_there two "Second title" team
  fact "published while two had lost Redis, it came with cron's next run: $((($(now) - at) / 1000)) ms (cron every 5 s here)"
  page=$(api one POST /bio-pages '{"title": "Another page", "slug": "another", "blocks": []}' | member id)
  api one POST "/bio-pages/$page/publish" >/dev/null
  page_there two another "Another page" || fail "a page that two has not heard of is not served there"
  fact "a page that two has not heard of is made there for the first who asks"
  api one POST "/bio-pages/$page/unpublish" >/dev/null
  wait_until 20 "an unpublished page stayed on two" sh -c "! test -e $lab/two/pages/$link_host/another.html"
  fact "an unpublished page leaves two with cron's next run, too"
  join two memory
  sleep 2
}

# ---- a host that has lost Redis --------------------------------------------------------------------------------------

test_lost_redis() {
  headline "A host that Redis cannot be reached from"
  id=$(api one POST /links '{"url": "https://example.com/before", "slug": "cut-off"}' | member id)
  visit two /cut-off >/dev/null
  part two memory
  sleep 1.5
  api one PATCH "/links/$id" '{"url": "https://example.com/after"}' >/dev/null
  [ "$(visit two /cut-off)" = "302 https://example.com/after" ] || fail "two trusts its memory although it has lost Redis"
  fact "1.5 s after it lost Redis (silence, nothing refused) two trusts no memory: it answers what one changed"
  api two POST /links '{"url": "https://example.com/", "slug": "made-cut-off"}' >/dev/null
  [ "$(cat "$lab/status")" = 201 ] || fail "two cannot create a link without Redis: $(cat "$lab/status")"
  [ "$(visit one /made-cut-off | cut -c1-3)" = 302 ] || fail "a link made on two without Redis does not lead on at one"
  fact "its API goes on, and links made there lead on at one"
  make_key short
  short=$(member key <"$lab/key.json") short_id=$(member id <"$lab/key.json")
  (key=$short && api one GET /links >/dev/null)
  at=$(now)
  api two DELETE "/api-keys/$short_id" >/dev/null
  took=$((($(now) - at) / 1000))
  (key=$short && api one GET /links >/dev/null)
  [ "$(cat "$lab/status")" = 401 ] || fail "a key revoked on two without Redis opens one"
  fact "a key revoked there is refused on one by the next request, too; the call took $took ms"
  : >"$lab/times"
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    curl -s -o /dev/null -w '%{time_total}\n' -H "Host: $link_host" "http://$(address two)/cut-off" >>"$lab/times"
  done
  fact "visitors of it wait $(percentile 50 "$lab/times" | awk '{ print $1 * 1000 }') ms (p50)"
  join two memory
  sleep 2
  watch two /cut-off 2 "$lab/seen" 300
  sleep 0.5
  api one PATCH "/links/$id" '{"url": "https://example.com/again"}' >/dev/null
  wait $!
  grep -q "example.com/again" "$lab/seen" || fail "two did not hear of a change after Redis was back"
  fact "with Redis back, two hears of changes again"
}

# ---- hosts that MariaDB cannot be reached from -----------------------------------------------------------------------

test_lost_database() {
  headline "Hosts that MariaDB cannot be reached from"
  api one POST /links '{"url": "https://example.com/", "slug": "kept"}' >/dev/null
  api one POST /links '{"url": "https://example.com/", "slug": "unseen"}' >/dev/null
  for host in one two; do ask $host 64 /kept; done
  part one base
  part two base
  # Nothing in memory is trusted from now on: nobody knows what has changed meanwhile.
  on memory redis-cli -h "$(address memory)" --no-auth-warning -a "of redis" client kill type pubsub >/dev/null
  sleep 1
  ask one 2000 /kept &
  first=$!
  ask two 2000 /kept &
  second=$!
  wait $first $second
  led=$(cat "$lab/asked.one" "$lab/asked.two" | grep -c 302) || :
  [ "$led" = 4000 ] || fail "while no packet of MariaDB arrived, two hosts answered $led of 4000 visits of a known link"
  at=$(now)
  unknown=$(visit one /unseen | cut -c1-3)
  [ "$unknown" = 503 ] || fail "a link that is not known is answered $unknown"
  took=$((($(now) - at) / 1000))
  [ $took -lt 8000 ] || fail "a visitor of a link that is not known waited $took ms"
  join one base
  join two base
  wait_until 30 "one does not look links up again" answers_new one
  wait_until 30 "two does not look links up again" answers_new two
  fact "while no packet of MariaDB arrived, both led all of 4000 visits of a known link on; an unknown one was refused in $took ms"
}

answers_new() { [ "$(visit "$1" /unseen | cut -c1-3)" = 302 ]; }

# ---- webhooks --------------------------------------------------------------------------------------------------------

test_webhooks() {
  headline "Webhooks"
  background base base/receiver.log python3 "$here/lab.py" receive "$(address base)" 9000 "$lab/received"
  ctl_sender one --once # what the other tests have done concerns nobody
  api one POST /webhooks "{\"url\": \"http://$(address base):9000/\", \"events\": [\"link.created\"]}" >/dev/null
  [ "$(cat "$lab/status")" = 201 ] || fail "the webhook cannot be made"
  before=$(sql base "SELECT COALESCE(MAX(sequence), 0) FROM mask.events")
  # Runs of eight seconds, a new one every four on each host: four senders or so at any time.
  for host in one two; do
    background $host $host/log/senders.log env MASK_CONFIG="$lab/$host/mask.env" sh -c '
      for run in 1 2 3 4 5 6; do '"$sender"' --for 8 & sleep 4; done; wait'
    eval "senders_$host=$started"
  done
  sleep 1
  for round in 1 2 3 4; do
    for host in one two; do
      bulk=$(awk -v r="$round-$host" 'BEGIN { printf "{\"links\": ["; for (i = 0; i < 500; i++)
        printf "%s{\"url\": \"https://example.com/%s/%d\"}", i ? "," : "", r, i; print "]}" }')
      api $host POST /links/bulk "$bulk" >/dev/null
    done
    for number in $(seq 10); do
      api one POST /links "{\"url\": \"https://example.com/$number\"}" >/dev/null
      api two POST /links "{\"url\": \"https://example.com/$number\"}" >/dev/null
    done
    sleep 2
  done
  wait "$senders_one" "$senders_two"
  wanted=$(sql base "SELECT COUNT(*) FROM mask.events WHERE type = 'link.created' AND sequence > $before")
  [ "$wanted" = 4080 ] || fail "4080 links were made and $wanted events"
  [ "$(wc -l <"$lab/received")" = "$wanted" ] || fail "$wanted events, and $(wc -l <"$lab/received") requests at the receiver"
  [ "$(sort -u "$lab/received" | wc -l)" = "$wanted" ] || fail "a webhook-id came twice"
  fact "$wanted events, made on both hosts; two hosts' overlapping senders brought each exactly once"
  senders=$(grep -c . "$lab"/*/log/senders.log | awk -F: '{ n += $2 } END { print n }')
  [ "$senders" = 0 ] || note "the senders said: $(cat "$lab"/*/log/senders.log | head -3)"
}

# ---- clicks ----------------------------------------------------------------------------------------------------------

# ask HOST COUNT PATH: so many visits, sixteen at a time.
ask() {
  seq "$2" | awk -v url="http://$(address "$1")$3" '{ print "url = \"" url "?n=" $1 "\"\noutput = \"/dev/null\"" }' >"$lab/urls.$1"
  curl -s --parallel --parallel-max 16 -H "Host: $link_host" -H "User-Agent: Mozilla/5.0 (X11) Firefox/130.0" \
    -w '%{http_code}\n' -K "$lab/urls.$1" >"$lab/asked.$1" 2>/dev/null
}

clicks_of() { sql base "SELECT COALESCE(SUM(clicks), 0) FROM mask.link_totals WHERE link_id = UNHEX('$1')"; }
rows_of() { sql base "SELECT COUNT(*) FROM mask.recorded_clicks c JOIN mask.click_values v ON v.workspace_id = c.workspace_id AND v.kind = 'link' AND v.number = c.link WHERE v.digest = UNHEX('$1')"; }
link_row() { sql base "SELECT HEX(id) FROM mask.links WHERE slug = '$1'"; }
all_loaded() { [ "$(rows_of "$1")" = "$2" ]; }

test_clicks() {
  headline "Clicks"
  api one POST /links '{"url": "https://example.com/", "slug": "counted"}' >/dev/null
  link=$(link_row counted)
  ask one 3000 /counted &
  first=$!
  ask two 3000 /counted &
  second=$!
  wait $first $second
  answered=$(cat "$lab/asked.one" "$lab/asked.two" | grep -c 302)
  wait_until 20 "$answered clicks were answered, $(rows_of "$link") are stored" all_loaded "$link" "$answered"
  [ "$(clicks_of "$link")" = "$answered" ] || fail "$answered clicks are $(clicks_of "$link") in the totals"
  fact "$answered clicks answered on two hosts at a time, $(rows_of "$link") stored and $(clicks_of "$link") in the totals"

  # MariaDB away, clicks in the spool, and then the whole host is gone.
  kill -STOP "$(store_process base)"
  ask two 500 /counted
  held=$(grep -c 302 "$lab/asked.two") || :
  [ "$held" = 500 ] || fail "while MariaDB stood still two answered $held of 500 known links"
  kill -KILL "$worker_two_a" "$worker_two_b" "$nginx_two" "$cron_two"
  kill -CONT "$(store_process base)"
  sleep 2
  [ "$(rows_of "$link")" = "$answered" ] || fail "clicks of the dead host came from nowhere"
  [ "$(visit one /counted | cut -c1-3)" = 302 ] || fail "one does not answer while two is dead"
  fact "two died (kill -9) with $held clicks in its spool; one goes on"
  answered=$((answered + held + 1))
  ctl two journal load
  wait_until 10 "$answered clicks were answered, $(rows_of "$link") are stored" all_loaded "$link" "$answered"
  [ "$(clicks_of "$link")" = "$answered" ] || fail "$answered clicks are $(clicks_of "$link") in the totals"
  fact "back again, \"maskctl journal load\" brings them: $answered answered, $(rows_of "$link") stored, none twice"
  app_start two
  cron two
}

# ---- one at a time ---------------------------------------------------------------------------------------------------

test_own_hosts() {
  headline "The installation's own hosts"
  for host in $api_host $link_host "below.$link_host"; do
    ! ctl one domain add "$host" --workspace acme >"$lab/refusal" 2>&1 || fail "maskctl domain add takes $host"
    grep -q "belongs to the service itself" "$lab/refusal" || fail "maskctl domain add $host says: $(cat "$lab/refusal")"
  done
  fact "maskctl domain add takes neither of them, nor a name below"
}

test_single() {
  headline "One at a time"
  for _ in 1 2 3; do
    sql base "ALTER TABLE mask.recorded_clicks PARTITION BY RANGE COLUMNS (at) (PARTITION later VALUES LESS THAN (MAXVALUE));
      ALTER TABLE mask.events PARTITION BY RANGE COLUMNS (id) (PARTITION later VALUES LESS THAN (MAXVALUE))"
    ctl one maintain >"$lab/maintain.one" 2>&1 &
    first=$!
    ctl two maintain >"$lab/maintain.two" 2>&1 &
    second=$!
    wait $first || fail "maskctl maintain failed on one: $(cat "$lab/maintain.one")"
    wait $second || fail "maskctl maintain failed on two: $(cat "$lab/maintain.two")"
    [ -z "$(cat "$lab/maintain.one" "$lab/maintain.two")" ] || fail "maintain has said something"
  done
  [ "$(sql base "SELECT COUNT(*) FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = 'mask' AND TABLE_NAME = 'recorded_clicks'")" = 9 ] ||
    fail "maintain on two hosts at a time left other partitions than eight days and one"
  fact "\"maskctl maintain\" on both hosts at once: no complaint, and each partition once, three times of three"
  # The audit log is sealed ten minutes later: what has happened is moved into the past.
  sql base "UPDATE mask.audit_log SET at = at - INTERVAL 20 MINUTE; UPDATE mask.api_requests SET recorded_at = recorded_at - INTERVAL 20 MINUTE"
  sleep 65
  ctl one audit verify >"$lab/verify" || fail "the audit log's chain is broken: $(cat "$lab/verify")"
  seals=$(sql base "SELECT COUNT(*), COUNT(DISTINCT workspace_id, number) FROM mask.audit_seals")
  [ "$(echo "$seals" | cut -f1)" -gt 0 ] || fail "nothing was sealed in a minute"
  fact "four workers of two hosts sealed the audit log: $(echo "$seals" | cut -f1) seals, and the chain is whole"
}

# ---- Redis with Sentinel ---------------------------------------------------------------------------------------------

sentinel() {
  cat >"$lab/$1/sentinel.conf" <<END
port 26379
bind $(address "$1")
sentinel monitor mask $(address memory) 6379 2
sentinel auth-pass mask "of redis"
sentinel down-after-milliseconds mask 1000
sentinel failover-timeout mask 5000
END
  background "$1" "$1/sentinel.log" redis-server "$lab/$1/sentinel.conf" --sentinel
}

sentinels_ready() {
  for host in memory spare base; do
    on $host redis-cli -h "$(address $host)" -p 26379 SENTINEL CKQUORUM mask | grep -q "OK 3 usable" || return 1
    on $host redis-cli -h "$(address $host)" -p 26379 SENTINEL REPLICAS mask | grep -q "$(address spare)" || return 1
  done
}

restart_workers() {
  for host in one two; do
    eval "kill \$worker_${host}_a \$worker_${host}_b; wait \$worker_${host}_a \$worker_${host}_b" || :
    sed -i -e '/^MASK_REDIS_HOST/d' -e "\$a$1" "$lab/$host/mask.env"
    app_worker $host a
    app_worker $host b
    wait_until 20 "the workers of $host did not start" app_answers $host
  done
}

changed_on_both() {
  number=$((number + 1))
  visit two /guarded >/dev/null
  api one PATCH "/links/$id" "{\"url\": \"https://example.com/$number\"}" >/dev/null
  sleep 0.05
  [ "$(visit two /guarded)" = "302 https://example.com/$number" ] && hears one && hears two
}

# Whether the workers of a host listen at the master.
hears() { on spare redis-cli -h "$(address spare)" --no-auth-warning -a "of redis" CLIENT LIST TYPE pubsub | grep -q "addr=$(address "$1"):"; }

test_sentinel() {
  headline "Redis with Sentinel"
  machine spare 6
  redis spare --replicaof "$(address memory)" 6379
  for host in memory spare base; do sentinel $host; done
  wait_until 60 "the sentinels did not find each other" sentinels_ready
  restart_workers "MASK_REDIS_SENTINELS=$(address memory),$(address spare),$(address base)"
  id=$(api one POST /links '{"url": "https://example.com/0", "slug": "guarded"}' | member id)
  number=0
  make_key short
  short=$(member key <"$lab/key.json") short_id=$(member id <"$lab/key.json")
  for host in one two; do (key=$short && api $host GET /links >/dev/null); done
  watch two /guarded 12 "$lab/seen" 200
  visitor=$!
  sleep 1
  kill -KILL "$redis_memory"
  killed=$(now)
  api one PATCH "/links/$id" '{"url": "https://example.com/while-it-is-gone"}' >/dev/null
  [ "$(cat "$lab/status")" = 200 ] || fail "a link cannot be changed while Redis has no master: $(cat "$lab/status")"
  sleep 1.2
  [ "$(visit two /guarded)" = "302 https://example.com/while-it-is-gone" ] || fail "two trusts its memory without Redis"
  wait_until 30 "the workers did not find the new master" changed_on_both
  took=$((($(now) - killed) / 1000))
  wait $visitor
  grep -q "errors 0" "$lab/seen" || fail "visitors of two got no answer: $lab/seen"
  api one DELETE "/api-keys/$short_id" >/dev/null
  (key=$short && api two GET /links >/dev/null)
  [ "$(cat "$lab/status")" = 401 ] || fail "a key revoked on one opens two after the change of the master"
  fact "kill -9 of the master: all workers listen at the new one after $took ms (the sentinels wait 1 s); visitors and the API" \
    "go on meanwhile, and a revoked key is refused by the next request"
}

# ---- all of it -------------------------------------------------------------------------------------------------------

cron() { app_cron "$1" "for job in 'journal load' 'page sync'; do $maskctl \$job; done"; }

need mariadb-server redis-server redis-tools nginx curl openssl iproute2 python3
lab_enter "$0" "$@"
lab_begin
headline "Two app hosts, one MariaDB, one Redis"
machine base 3
machine memory 4
machine one 11
machine two 12
store base
store_start base
redis memory --maxmemory 64mb --maxmemory-policy volatile-ttl
wait_until 30 "MariaDB did not start" sql base "SELECT 1"
wait_until 10 "Redis did not start" redis_answers memory
make_database base
database_host=$(address base) redis_lines="MASK_REDIS_HOST=$(address memory)"
app_host one
app_host two
ctl one migrate >"$lab/migrate.log" 2>&1 || fail "maskctl migrate: $(tail -n1 "$lab/migrate.log")"
app_start one
app_start two
cron one
cron two
ctl one workspace create acme --plan enterprise >/dev/null
ctl one workspace limit acme 100000 >/dev/null 2>&1 || :
make_key main
key=$(member key <"$lab/key.json")
fact "one ($(address one)) and two ($(address two)) answer"
[ $# -gt 0 ] || set -- links keys pages lost_redis lost_database webhooks clicks single own_hosts sentinel
for part in "$@"; do "test_$part"; done
errors=$(cat "$lab"/*/log/worker-*.log | grep -cE '^[^ ]+ error ') || :
[ "$errors" = 0 ] || fail "the workers noted $errors errors: $(cat "$lab"/*/log/worker-*.log | grep -m3 -E '^[^ ]+ error ')"
fact "no worker noted an error"
