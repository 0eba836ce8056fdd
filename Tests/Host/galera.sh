#!/bin/sh
# A Galera cluster of three MariaDB nodes with one writer, and two app hosts: the writer is killed under load, and what was
# acknowledged is there, once, on every node. Each is a machine of its own (network namespaces, see lab.sh).
#
#   MASK_BIN=.build/release sh Tests/Host/galera.sh [PART…]     parts: speed failover cut_off visitors schema
#
# It needs root and Debian 13 or 12; without MASK_BIN it takes the programs of the installed package. MASK_LAB_KEEP=1 keeps the
# logs. The nodes are set up as systemd/galera.cnf says.
# shellcheck disable=SC2154 # what eval sets
set -eu
# shellcheck source=Tests/Host/lab.sh
. "$(dirname "$0")/lab.sh"

rounds=${MASK_LAB_ROUNDS:-3}

# ---- the cluster -----------------------------------------------------------------------------------------------------

# The example that the sysadmin gets, with the addresses of this laboratory.
settings() {
  sed -e '/^\[/d' -e '/^#/d' -e "s|db1.example.com,db2.example.com,db3.example.com|10.77.0.21,10.77.0.22,10.77.0.23|" \
    -e "s|^wsrep_node_name *=.*|wsrep_node_name = $1|" -e "s|^wsrep_node_address *=.*|wsrep_node_address = $(address "$1")|" \
    -e "/^bind-address/d" -e "s|gcache.size=1G|gcache.size=128M|" "$root/systemd/galera.cnf"
}

is_synced() { sql "$1" "SHOW STATUS LIKE 'wsrep_local_state_comment'" | grep -q Synced; }
writer_of() { sql "$1" "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'mask'"; }

make_cluster() {
  for node in 1 2 3; do
    machine "db$node" "2$node"
    store "db$node" "$(settings "db$node")"
  done
  store_start db1 --wsrep-new-cluster
  wait_until 60 "the first node did not start" is_synced db1
  for node in 2 3; do
    store_start "db$node"
    wait_until 120 "node $node did not join" is_synced "db$node"
  done
  make_database db1
  [ "$(sql db3 "SHOW STATUS LIKE 'wsrep_cluster_size'" | cut -f2)" = 3 ] || fail "the cluster has not three nodes"
}

# ---- load ------------------------------------------------------------------------------------------------------------

# creator ADDRESS NAME SECONDS FILE: a client in the background that creates links one after the other, see lab.py.
creator() {
  MASK_LAB_KEY=$key python3 "$here/lab.py" create "$1" "$api_host" "$lab/tls/ca.crt" "$2" "$3" "$4" &
}

# ---- how fast --------------------------------------------------------------------------------------------------------

# per_second SCRIPT: answered requests a second of 32 clients.
per_second() {
  wrk -t 2 -c 32 -d "${2:-8}" -s "$lab/$1.lua" "https://$api_host" >"$lab/wrk.log"
  ! grep -q "Non-2xx" "$lab/wrk.log" || fail "requests were refused: $(grep Non-2xx "$lab/wrk.log")"
  awk '/Requests\/sec/ { printf "%.0f", $2 }' "$lab/wrk.log"
}

# Both figures on whatever the workers of one are connected to.
measure() {
  id=$(api one POST /links '{"url": "https://example.com/"}' | member id)
  head="wrk.headers['Host'] = '$api_host'; wrk.headers['Authorization'] = 'Bearer $key'"
  echo "$head; wrk.method = 'GET'; wrk.path = '/v1/links/$id'" >"$lab/get.lua"
  echo "$head; wrk.headers['Content-Type'] = 'application/json'; wrk.method = 'POST'; wrk.path = '/v1/links'
    wrk.body = '{\"url\": \"https://example.com/\"}'" >"$lab/post.lua"
  per_second get 2 >/dev/null
  per_second post 2 >/dev/null
  gets=$(per_second get) posts=$(per_second post)
}

restart_one() {
  kill "$worker_one_a" "$worker_one_b"
  wait "$worker_one_a" "$worker_one_b" || :
  sed -i "s/^MASK_MARIADB_HOST=.*/MASK_MARIADB_HOST=$1/" "$lab/one/mask.env"
  app_worker one a
  app_worker one b
  wait_until 20 "the workers of one did not start" app_answers one
}

test_speed() {
  headline "How fast"
  measure
  cluster_gets=$gets cluster_posts=$posts key_of_cluster=$key
  restart_one "$(address alone)"
  ctl one workspace create acme --plan enterprise >/dev/null
  ctl one workspace limit acme 10000000 >/dev/null
  key=$(ctl one key create --workspace acme --name main --scopes all --json | member key)
  measure
  key=$key_of_cluster
  restart_one "$database_host"
  fact "links created a second: $cluster_posts on three nodes, $posts on a single server; read: $cluster_gets and $gets; all of" \
    "it on $(nproc) processors, 32 clients"
}

# ---- the writer dies -------------------------------------------------------------------------------------------------

# The longest time between two answers 201, milliseconds, in a span that a kill was in.
longest_gap() {
  cat "$@" | awk '$2 == 201 { print $1 }' | sort -n |
    awk 'NR > 1 && $1 - last > gap { gap = $1 - last } { last = $1 } END { printf "%d", gap / 1000 }'
}

same_everywhere() {
  [ "$(sql db1 "$1")" = "$(sql db2 "$1")" ] && [ "$(sql db2 "$1")" = "$(sql db3 "$1")" ]
}

test_failover() {
  headline "The writer dies"
  background base base/receiver.log python3 "$here/lab.py" receive "$(address base)" 9000 "$lab/received"
  ctl_sender one --once
  api one POST /webhooks "{\"url\": \"http://$(address base):9000/\", \"events\": [\"link.created\"]}" >/dev/null
  [ "$(cat "$lab/status")" = 201 ] || fail "the webhook cannot be made"
  before=$(sql db1 "SELECT COALESCE(MAX(sequence), 0) FROM mask.events")
  for host in one two; do
    background $host $host/log/senders.log env MASK_CONFIG="$lab/$host/mask.env" sh -c '
      while :; do '"$sender"' --for 8 & sleep 5; done'
  done
  api one POST /links '{"url": "https://example.com/", "slug": "visited"}' >/dev/null
  : >"$lab/gaps"
  : >"$lab/created"
  : >"$lab/visits"
  for round in $(seq "$rounds"); do
    for host in one two; do
      visit $host /visited >/dev/null
      visit $host /visited >/dev/null
      echo 302 >>"$lab/visits"
      echo 302 >>"$lab/visits"
      watch $host /visited 20 "$lab/visited.$round.$host" 200
      eval "visitor_$host=$!"
      for client in 1 2 3 4; do
        creator "$(address $host)" "r$round-$host-$client" 20 "$lab/created.$host.$client"
        eval "client_${host}_$client=$!"
      done
    done
    sleep 6
    process=$(store_process db1)
    kill -KILL "$process"
    for host in one two; do
      for client in 1 2 3 4; do eval "wait \$client_${host}_$client" || fail "a client gave up: $lab/created.$host.$client"; done
      eval "wait \$visitor_$host"
    done
    gap=$(longest_gap "$lab"/created.one.? "$lab"/created.two.?)
    echo "$gap" >>"$lab/gaps"
    errors=$(cat "$lab"/created.one.? "$lab"/created.two.? | awk '$2 != 201' | cut -d' ' -f2 | sort | uniq -c | tr -s ' \n' ' ')
    note "round $round: $(cat "$lab"/created.one.? "$lab"/created.two.? | awk '$2 == 201' | wc -l) links created, $gap ms without any;" \
      "answers that were none (with their count):${errors:- none}"
    for host in one two; do
      grep -q "errors 0" "$lab/visited.$round.$host" || fail "visitors of $host got no answer: $lab/visited.$round.$host"
      awk '$2 != 302 && $1 != "asked" { exit 1 }' "$lab/visited.$round.$host" ||
        fail "a visitor of $host was not led on: $lab/visited.$round.$host"
      awk '$1 == "asked" { for (i = 0; i < $2; i++) print 302 }' "$lab/visited.$round.$host" >>"$lab/visits"
    done
    cat "$lab"/created.one.? "$lab"/created.two.? >>"$lab/created"
    rm -f "$lab"/created.one.? "$lab"/created.two.?
    store_start db1
    began=$(now)
    wait_until 120 "the killed node did not come back" is_synced db1
    back=$((($(now) - began) / 1000))
    began=$(now)
    wait_until 10 "$(writer_of db2) connections have stayed on the second node" all_on_first
    returned=$((($(now) - began) / 1000))
  done
  grep -q "IST received" "$lab/db1/mariadb.log" || fail "the node did not come back by IST: $lab/db1/mariadb.log"
  fact "kill -9 of the writer under load, $rounds times: no link created for $(percentile 50 "$lab/gaps") ms (p50)," \
    "$(percentile 100 "$lab/gaps") ms at the most"
  fact "no visitor of a known link noticed: $(wc -l <"$lab/visits") visits, every one led on"
  fact "the killed node came back by IST in $back ms, and $returned ms later all wrote to it again"

  awk '$2 == 201 { print $3 }' "$lab/created" | sort >"$lab/ids"
  [ -z "$(uniq -d "$lab/ids")" ] || note "answered twice by the same key, as it should be: $(uniq -d "$lab/ids" | wc -l)"
  sort -u "$lab/ids" >"$lab/ids.once"
  for node in 1 2 3; do
    sql "db$node" "SELECT LOWER(HEX(id)) FROM mask.links WHERE url LIKE 'https://example.com/r%'" | sort >"$lab/rows.db$node"
    python3 "$here/lab.py" decode <"$lab/ids.once" | sort >"$lab/ids.hex"
    lost=$(comm -23 "$lab/ids.hex" "$lab/rows.db$node" | wc -l)
    extra=$(comm -13 "$lab/ids.hex" "$lab/rows.db$node" | wc -l)
    [ "$lost" = 0 ] || fail "$lost links that were answered 201 are not on node $node"
    [ "$extra" = 0 ] || fail "$extra links on node $node were made and never answered, although each was asked for until it was"
  done
  twice=$(sql db1 "SELECT COUNT(*) - COUNT(DISTINCT url) FROM mask.links WHERE url LIKE 'https://example.com/r%'")
  [ "$twice" = 0 ] || fail "$twice requests had an effect twice"
  fact "$(wc -l <"$lab/ids.once") creates answered 201 are $(wc -l <"$lab/rows.db1") rows on each of the three nodes; those cut off" \
    "in their commit, sent again with their Idempotency-Key, had one effect"
  link=$(sql db1 "SELECT HEX(id) FROM mask.links WHERE slug = 'visited'")
  visits=$(wc -l <"$lab/visits")
  wait_until 30 "$visits visits, $(sql db1 "SELECT COUNT(*) FROM mask.recorded_clicks c JOIN mask.click_values v ON v.workspace_id = c.workspace_id AND v.kind = 'link' AND v.number = c.link WHERE v.digest = UNHEX('$link')") clicks" \
    clicks_are "$link" "$visits"
  [ "$(sql db2 "SELECT clicks FROM mask.link_totals WHERE link_id = UNHEX('$link')")" = "$visits" ] || fail "the totals are others"
  fact "$visits visits are $visits clicks and in the totals: none lost, none twice"
  wait_until 60 "events are still waiting" no_events_wait
  gaps=$(sql db1 "SELECT MAX(sequence) - COUNT(*), COUNT(*) - COUNT(DISTINCT sequence) FROM mask.events WHERE sequence IS NOT NULL
    AND workspace_id = (SELECT id FROM mask.workspaces WHERE slug = 'acme')")
  [ "$gaps" = "0	0" ] || fail "the sequence of events has gaps or doubles: $gaps"
  events=$(sql db1 "SELECT COUNT(*) FROM mask.events WHERE type = 'link.created' AND sequence > $before")
  wait_until 100 "$events events, $(sort -u "$lab/received" | wc -l) arrived" all_received "$events"
  fact "$events events with a sequence without a gap; each arrived," \
    "$(($(wc -l <"$lab/received") - events)) of them once more (a result that could not be written)"
  tables=$(sql db1 "SET SESSION group_concat_max_len = 100000; SELECT GROUP_CONCAT(CONCAT('mask.', TABLE_NAME) SEPARATOR ', ') FROM information_schema.TABLES
    WHERE TABLE_SCHEMA = 'mask'")
  wait_until 30 "the nodes have other rows" same_everywhere "CHECKSUM TABLE $tables"
  fact "every row of every table is equal on the three nodes (CHECKSUM TABLE)"
}

# Whoever has work finds the way back; what nobody uses may wait.
all_on_first() {
  for _ in 1 2 3 4; do
    api one GET /links >/dev/null
    api two GET /links >/dev/null
  done
  [ "$(writer_of db1)" -gt 0 ] && [ "$(writer_of db2)" = 0 ]
}
clicks_are() { [ "$(sql db1 "SELECT COUNT(*) FROM mask.recorded_clicks c JOIN mask.click_values v ON v.workspace_id = c.workspace_id AND v.kind = 'link' AND v.number = c.link WHERE v.digest = UNHEX('$1')")" = "$2" ]; }
no_events_wait() { [ "$(sql db1 "SELECT COUNT(*) FROM mask.events WHERE sequence IS NULL")" = 0 ]; }
all_received() { [ "$(sort -u "$lab/received" | wc -l)" = "$1" ]; }

# ---- the writer is cut off -------------------------------------------------------------------------------------------

# cut_off SENTENCE HOW BACK: as above with a writer that lives on.
cut_off() {
  for client in 1 2 3 4; do creator "$(address one)" "$2-$client" 25 "$lab/created.$client"; eval "client_$client=$!"; done
  sleep 5
  "$2"
  for client in 1 2 3 4; do eval "wait \$client_$client" || fail "a client gave up: $lab/created.$client"; done
  awk '$2 == 201' "$lab"/created.? | awk '{ print $3 }' | sort -u | python3 "$here/lab.py" decode | sort >"$lab/ids.hex"
  gap=$(longest_gap "$lab"/created.?)
  sql db2 "SELECT LOWER(HEX(id)) FROM mask.links WHERE url LIKE 'https://example.com/$2-%'" | sort >"$lab/rows"
  cmp -s "$lab/ids.hex" "$lab/rows" || fail "what was answered 201 and what is on the second node differ: $lab/ids.hex $lab/rows"
  "$3"
  wait_until 60 "the first node did not join again" is_synced db1
  wait_until 10 "$(writer_of db2) connections have stayed on the second node" all_on_first
  wait_until 20 "the nodes have other rows" same_everywhere "CHECKSUM TABLE mask.links, mask.events, mask.idempotency_keys"
  fact "$1: no link created for $gap ms, each of $(wc -l <"$lab/rows") there once; it joined again and has the same rows"
  rm -f "$lab"/created.?
}

split() {
  part db1 db2
  part db1 db3
}
unsplit() {
  join db1 db2
  join db1 db3
}
unplug() { ip link set lab-db1 down; }
plug() { ip link set lab-db1 up; }

test_cut_off() {
  headline "The writer is cut off"
  cut_off "the writer loses the other nodes, and the app hosts still reach it" split unsplit
  cut_off "the writer's network is unplugged: silence to all" unplug plug
}

# ---- what visitors see -----------------------------------------------------------------------------------------------

test_visitors() {
  headline "Changes, seen on the other host"
  id=$(api one POST /links '{"url": "https://example.com/0"}' | tee "$lab/made" | member id)
  slug=$(member slug <"$lab/made")
  : >"$lab/changed"
  watch two "/$slug" 12 "$lab/seen" 300
  visitor=$!
  sleep 1
  for number in $(seq 30); do
    api one PATCH "/links/$id" "{\"url\": \"https://example.com/$number\"}" >/dev/null
    echo "$(now) $number" >>"$lab/changed"
    sleep 0.1
  done
  wait $visitor
  while read -r at number; do
    seen=$(awk -v url="https://example.com/$number" '$3 == url { at = $1 } END { print at }' "$lab/seen")
    [ -n "$seen" ] || fail "change $number was never seen on two"
    echo $(((seen - at) / 1000))
  done <"$lab/changed" >"$lab/delays"
  [ "$(percentile 100 "$lab/delays")" -lt 1000 ] || fail "a change took $(percentile 100 "$lab/delays") ms to the other host"
  fact "30 changes on one are right for visitors of two $(percentile 50 "$lab/delays") ms after the API's answer (p50)," \
    "$(percentile 100 "$lab/delays") ms at the most"
}

# ---- the schema under load -------------------------------------------------------------------------------------------

test_schema() {
  headline "Partitions under load"
  for client in 1 2 3 4; do creator "$(address one)" "s-$client" 10 "$lab/created.$client"; eval "client_$client=$!"; done
  sleep 2
  sql db1 "SET SESSION lock_wait_timeout = 10; ALTER TABLE mask.events DROP PARTITION IF EXISTS p19700101" >/dev/null 2>&1 || :
  for table in "audit_log (at)" "events (id)"; do
    sql db1 "ALTER TABLE mask.${table% *} PARTITION BY RANGE COLUMNS ${table#* } (PARTITION later VALUES LESS THAN (MAXVALUE))"
  done
  ctl two maintain || fail "maskctl maintain failed under load"
  for client in 1 2 3 4; do eval "wait \$client_$client" || fail "a client gave up while partitions were made"; done
  refused=$(cat "$lab"/created.? | awk '$2 != 201' | wc -l)
  fact "partitions were made anew while $(cat "$lab"/created.? | awk '$2 == 201' | wc -l) links were created; $refused requests" \
    "were asked to come again"
  rm -f "$lab"/created.?
  ctl two migrate >"$lab/migrate.log" 2>&1 || fail "maskctl migrate failed on a cluster: $(tail -n1 "$lab/migrate.log")"
  for _ in 1 2; do
    ctl one audit verify >/dev/null || fail "the audit log's chain is broken"
  done
  fact "maskctl migrate and audit verify have nothing to say"
}

# ---- all of it -------------------------------------------------------------------------------------------------------

need mariadb-server mariadb-backup galera-4 socat redis-server nginx curl openssl iproute2 python3 wrk
lab_enter "$0" "$@"
lab_begin
headline "A Galera cluster of three nodes, two app hosts"
machine base 3
machine memory 4
machine alone 5
machine one 11
machine two 12
printf '127.0.0.1 localhost\n%s %s\n' "$(address one)" $api_host >"$lab/names"
mount --bind "$lab/names" /etc/hosts # wrk takes the host's name from its URL
make_cluster
redis memory --maxmemory 64mb --maxmemory-policy volatile-ttl
wait_until 10 "Redis did not start" redis_answers memory
database_host=$(address db1),$(address db2),$(address db3) redis_lines="MASK_REDIS_HOST=$(address memory)"
app_host one
app_host two
ctl one migrate >"$lab/migrate.log" 2>&1 || fail "maskctl migrate: $(tail -n1 "$lab/migrate.log")"
store alone
store_start alone
wait_until 30 "the single server did not start" sql alone "SELECT 1"
make_database alone
(sed "s/^MASK_MARIADB_HOST=.*/MASK_MARIADB_HOST=$(address alone)/" "$lab/one/mask.env" >"$lab/alone.env" &&
  MASK_CONFIG=$lab/alone.env on one "$maskctl" migrate >"$lab/migrate.log" 2>&1) || fail "maskctl migrate: $(tail -n1 "$lab/migrate.log")"
app_start one
app_start two
ctl one workspace create acme --plan enterprise >/dev/null
ctl one workspace limit acme 10000000 >/dev/null
key=$(ctl one key create --workspace acme --name main --scopes all --json | member key)
fact "three nodes are one cluster, and MASK's migrations are on each"
[ $# -gt 0 ] || set -- speed failover cut_off visitors schema
for part in "$@"; do "test_$part"; done
