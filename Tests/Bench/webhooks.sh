# The webhooks' part of run.sh, which reads this file.
# shellcheck shell=sh disable=SC2154 # run.sh sets them

webhook_endpoints=13 webhook_events=2000
webhook_minute=75 # seconds, in which the run of one minute is relieved by the next
dead_rows=10000 healthy_endpoints=10
million=1000000

measure_webhooks() {
  hooks_floor=$(free_port 47000)
  "$folder/receiver" "$hooks_floor" & floors=$!
  measure_promptness
  measure_dead_endpoint
  stop_sender
  measure_deliveries
  measure_million
  stop_floor
}

# A workspace with endpoints at one receiver: make_hooks NAME COUNT PORT; sets hooks_key.
make_hooks() {
  "$maskctl" workspace create "$1" --plan enterprise >/dev/null
  "$maskctl" workspace limit "$1" 1000000 >/dev/null
  hooks_key=$("$maskctl" key create --workspace "$1" --name "$1" --scopes all --json | sed -n 's/.*"key": *"\([^"]*\)".*/\1/p')
  add_hook link.created "$3"
  sql "USE mask;
    SET @hooks = (SELECT id FROM workspaces WHERE slug = '$1');
    CREATE TEMPORARY TABLE copies AS SELECT w.*, seq FROM webhooks w JOIN seq_1_to_$2 WHERE workspace_id = @hooks AND seq > 1;
    UPDATE copies SET id = UNHEX(CONCAT(LEFT(HEX(id), 12), LEFT(SHA1(seq), 20)));
    ALTER TABLE copies DROP seq;
    INSERT INTO webhooks SELECT * FROM copies;
    INSERT IGNORE INTO webhook_lanes (workspace_id, webhook_id, lane) SELECT workspace_id, id, 0 FROM webhooks WHERE workspace_id = @hooks;
    INSERT IGNORE INTO webhook_lanes (workspace_id, webhook_id, lane) SELECT workspace_id, id, 1 FROM webhooks WHERE workspace_id = @hooks;"
}

# An endpoint of the workspace of hooks_key: add_hook EVENT PORT
add_hook() {
  curl -sS -f -o /dev/null --cacert "$MASK_CACERT" -H "Authorization: Bearer $hooks_key" -H "Content-Type: application/json" \
    "$MASK_API_URL/webhooks" -d "{\"url\": \"http://127.0.0.1:$2/hook\", \"events\": [\"$1\"]}"
}

# Links that are made one by one with a pause, and what their events took to the receiver:
# promptness WORK SIDE LOG SECONDS PAUSE
promptness() {
  : >"$3"
  wrk -t1 -c1 "-d$4s" -s "$here/load.lua" -H "Host: api.mask.localhost" -H "Authorization: Bearer $hooks_key" \
    "https://127.0.0.1:$https/v1/links" -- create "$5" >/dev/null
  sleep 2 # what was made last arrives, and the receiver writes its log
  arrived=$(wc -l <"$3")
  [ "$arrived" -gt 0 ] || fail "No event arrived."
  echo "$1 $2 $arrived $(sort -n "$3" | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)], value[int(NR * 0.99 + 0.99)] }')" >>"$figures"
  tail -n1 "$figures" | { read -r work side count p50 p99
    printf '  %-13s %-6s %8s arrived   p50 %6.2f ms   p99 %6.2f ms\n' "$work" "$side" "$count" "$(milliseconds "$p50")" "$(milliseconds "$p99")"; }
}

# From the making of an event, in the transaction of its link, to its arrival.
measure_promptness() {
  headline "Webhooks: from a change to its receiver, while cron's next minute begins"
  port=$(free_port $((hooks_floor + 1)))
  "$folder/receiver" "$port" "$folder/prompt" & receivers=$!
  floors="$floors $receivers"
  make_hooks prompt 1 "$port"
  promptness prompt ours "$folder/prompt" $webhook_minute 50
}

# The same to ten endpoints, without and with an eleventh that takes requests, never answers, and has 10,000 due.
measure_dead_endpoint() {
  headline "Webhooks: $healthy_endpoints endpoints beside one that never answers, $dead_rows of its deliveries due"
  port=$(free_port $((port + 1)))
  "$folder/receiver" "$port" "$folder/beside" & floors="$floors $!"
  silent=$(free_port $((port + 1)))
  "$folder/receiver" "$silent" silent & floors="$floors $!"
  make_hooks beside $healthy_endpoints "$port"
  add_hook page.published "$silent"
  sql "USE mask;
    SELECT workspace_id, id INTO @hooks, @dead FROM webhooks WHERE url = 'http://127.0.0.1:$silent/hook';
    SET @event = UNHEX(CONCAT(LPAD(HEX(CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS INT)), 12, '0'), LEFT(SHA1('dead'), 20)));
    INSERT INTO events (workspace_id, id, type, created_at, body, sequence) VALUES (@hooks, @event, 'page.published', NOW(3), '{\"data\":{}}', 1000000000);
    INSERT INTO webhook_deliveries (workspace_id, id, webhook_id, lane, event_id, event_type, status, trigger_kind, created_at)
    SELECT @hooks, UNHEX(CONCAT(LEFT(HEX(@event), 12), LEFT(SHA1(seq), 20))), @dead, 0, @event, 'page.published', 'waiting', 'automatic', NOW(3)
    FROM seq_1_to_$dead_rows"
  for _ in $(seq "$rounds"); do
    dead_due NULL
    promptness beside floor "$folder/beside" "$seconds" 100
    dead_due 'NOW(3)'
    promptness beside ours "$folder/beside" "$seconds" 100
  done
  dead_due NULL
}

# All of the dead endpoint's deliveries are due then, as if it had been well until now: dead_due TIME
dead_due() {
  sql "USE mask; SELECT workspace_id, id INTO @hooks, @dead FROM webhooks WHERE url = 'http://127.0.0.1:$silent/hook';
    UPDATE webhook_deliveries SET due_at = $1, claim = NULL, attempts = 0, status = 'waiting' WHERE webhook_id = @dead;
    UPDATE webhook_lanes SET due_at = $1, not_before = NULL, failures = 0, failing_since = NULL, last_success_at = NOW(3),
      waiting = $dead_rows WHERE webhook_id = @dead AND lane = 0"
}

# The runs that follow are started by hand, one at a time.
stop_sender() {
  sender=$(cat "$folder/processes/webhooks.supervisor")
  kill -TERM "$sender"
  while kill -0 "$sender" 2>/dev/null; do sleep 0.1; done
}

# Events for endpoints that all stand at one receiver, sent by one `mask-webhooks --once`; the floor posts as many times.
measure_deliveries() {
  headline "Webhooks: $webhook_events events to $webhook_endpoints endpoints"
  make_hooks hooks $webhook_endpoints "$hooks_floor"
  deliver_once warm >/dev/null # the endpoints' first success: until then little is sent to them at a time
  for round in $(seq "$rounds"); do deliver_beside_floor webhooks "$round"; done
}

# deliver_beside_floor WORK ROUND
deliver_beside_floor() {
  count=$((webhook_events * webhook_endpoints))
  # shellcheck disable=SC2046
  set -- "$1" "$2" $("$folder/floor-post" "http://127.0.0.1:$hooks_floor/hook" $count 64 500)
  webhook_figure "$1" floor "$3" "$4"
  # shellcheck disable=SC2046
  webhook_figure "$1" ours $(deliver_once "$1-$2")
}

# How many were delivered of new events, and in how many microseconds: deliver_once NAME
deliver_once() {
  sql "USE mask; SET @at = CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS INT), @hooks = (SELECT id FROM workspaces WHERE slug = 'hooks');
    INSERT INTO events (workspace_id, id, type, created_at, body)
    SELECT @hooks, UNHEX(CONCAT(LPAD(HEX(@at), 12, '0'), LEFT(SHA1(CONCAT('$1-', seq)), 20))), 'link.created', NOW(3),
      CONCAT('{\"data\":{\"id\":\"lnk_', seq, '\",\"title\":\"', REPEAT('x', 420), '\"}}') FROM seq_1_to_$webhook_events"
  from=$(date +%s%N)
  MASK_MARIADB_USER=mask-webhooks "$MASK_BIN/mask-webhooks" --once
  taken=$((($(date +%s%N) - from) / 1000))
  echo "$(sql "SELECT COUNT(*) FROM mask.webhook_deliveries d JOIN mask.workspaces w ON w.id = d.workspace_id AND w.slug = 'hooks'
    WHERE d.status = 'succeeded' AND d.finished_at >= FROM_UNIXTIME($from / 1e9)")" $taken
}

# webhook_figure WORK SIDE COUNT MICROSECONDS
webhook_figure() {
  rate=$(awk "BEGIN { printf \"%.0f\", $3 * 1e6 / $4 }")
  echo "$1 $2 $rate 0 0" >>"$figures"
  printf '  %-13s %-6s %8s in %s ms, %s/s\n' "$1" "$2" "$3" "$(milliseconds "$4")" "$rate"
}

# The same with a million finished deliveries in the table, and the plan of the claim that finds the due ones among them.
measure_million() {
  headline "Webhooks: the same among $million finished deliveries"
  sql "USE mask;
    INSERT INTO webhook_deliveries (workspace_id, id, webhook_id, lane, event_id, event_type, status, trigger_kind, attempts, created_at, finished_at)
    SELECT workspace_id, UNHEX(CONCAT(LEFT(HEX(id), 12), LEFT(SHA1(CONCAT(HEX(id), '-', seq)), 20))), id, 0,
      UNHEX(CONCAT(LEFT(HEX(id), 12), LEFT(SHA1(CONCAT('event-', HEX(id), seq)), 20))), 'link.created', 'succeeded', 'automatic', 1, NOW(3), NOW(3)
    FROM seq_1_to_$((million / webhook_endpoints + 1)) s JOIN webhooks w
    ON w.workspace_id = (SELECT id FROM workspaces WHERE slug = 'hooks');
    ANALYZE TABLE webhook_deliveries;
    SET GLOBAL innodb_max_dirty_pages_pct = 0" >/dev/null
  # As a table is that has grown over weeks: what was written for the bench is on the disk.
  until [ "$(sql "SELECT VARIABLE_VALUE < 500 FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'INNODB_BUFFER_POOL_PAGES_DIRTY'")" = 1 ]; do
    sleep 0.5
  done
  sql "SET GLOBAL innodb_max_dirty_pages_pct = 90"
  for round in $(seq "$rounds"); do deliver_beside_floor webhooks-million "$round"; done
  # As the server logs it, of a run in which some are due again.
  sql "USE mask; SET GLOBAL slow_query_log_file = '$folder/log/plans', GLOBAL log_slow_verbosity = 'explain', GLOBAL long_query_time = 0,
      GLOBAL slow_query_log = ON;
    UPDATE webhook_deliveries SET status = 'waiting', due_at = NOW(3), attempts = 0, finished_at = NULL
    WHERE workspace_id = (SELECT id FROM workspaces WHERE slug = 'hooks') AND event_id IN (SELECT id FROM events) ORDER BY id DESC LIMIT 100;
    UPDATE webhook_lanes SET due_at = NOW(3), waiting = waiting + 100 WHERE workspace_id = (SELECT id FROM workspaces WHERE slug = 'hooks')"
  MASK_MARIADB_USER=mask-webhooks "$MASK_BIN/mask-webhooks" --once
  sql "SET GLOBAL slow_query_log = OFF"
  awk '/^# Query_time/ { time = $0; plan = "" } /^# explain/ { plan = plan $0 "\n" }
    /FORCE INDEX \(due\)/ && !seen { seen = 1; claim = 1; print time; printf "%s", plan }
    claim { print } claim && /;$/ { claim = 0 }' "$folder/log/plans" | tr -cd '[:print:]\n' | cut -c 1-160 | sed 's/^/  /'
}

webhook_rows() {
  reached=$(ratio webhooks 3)
  printf '%-34s %9.0f/s %9.0f/s %6.2f  ≥ %-8s %s\n' "deliveries of webhooks" "$(median webhooks floor 3)" "$(median webhooks ours 3)" \
    "$reached" 0.5 "$(verdict "$reached >= 0.5")"
  reached=$(awk "BEGIN { print $(ratio webhooks-million 3) / $reached }")
  printf '%-34s %9.0f/s %9.0f/s %6.2f  ≥ %-8s %s\n' "the same among $million / without" "$(median webhooks ours 3)" \
    "$(median webhooks-million ours 3)" "$reached" 0.9 "$(verdict "$reached >= 0.9")"
  printf '%-34s %11s %8.2f ms %6s  ≤ %-8s %s\n' "from a change to its receiver, p50" "" "$(milliseconds "$(median prompt ours 4)")" "" "150 ms" \
    "$(verdict "$(median prompt ours 4) <= 150000")"
  printf '%-34s %11s %8.2f ms %6s  ≤ %-8s %s\n' "the same, p99" "" "$(milliseconds "$(median prompt ours 5)")" "" "1500 ms" \
    "$(verdict "$(median prompt ours 5) <= 1500000")"
  reached=$(ratio beside 5)
  printf '%-34s %8.2f ms %8.2f ms %6.2f  ≤ %-8s %s\n' "p99 of ten beside a dead endpoint" "$(milliseconds "$(median beside floor 5)")" \
    "$(milliseconds "$(median beside ours 5)")" "$reached" 2 "$(verdict "$reached <= 2")"
}
