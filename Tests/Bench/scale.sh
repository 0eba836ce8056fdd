# shellcheck shell=sh disable=SC2154,SC2034
# The part "scale" of run.sh: what analytics cost as clicks become many. In a workspace of its own; its clicks are made up by
# clicks.c and loaded as any others are.

scale_clicks=$clicks_of_scale
scale_links=$links_of_scale
scale_days=30

# A workspace with so many links, of which 2,000 have a tag and 2,000 a domain of their own. Made by SQL, they get their texts for
# searches from `maskctl migrate`, as those of a version before do, and their blocks from `maintain`: their ids are two hours old.
make_scale_data() {
  "$maskctl" workspace create scale --plan enterprise >/dev/null
  "$maskctl" workspace limit scale 1000000000 >/dev/null
  "$maskctl" workspace quota scale links 100000000 >/dev/null
  scale_key=$("$maskctl" key create --workspace scale --name scale --scopes all --json | member key)
  scale_domain=$("$maskctl" domain add go.scale.test --workspace scale --json | member id)
  scale_post /links '{"url": "https://example.com/", "slug": "scale-template", "tags": ["all"]}' >"$folder/scale-template"
  sql "USE mask;
    CREATE TEMPORARY TABLE copies AS SELECT links.*, seq FROM links JOIN seq_1_to_$scale_links WHERE slug = 'scale-template';
    UPDATE copies SET slug = CONCAT('scale-', seq), url = CONCAT('https://example.com/products/spring/landing-page-', seq, '?ref=newsletter'),
      tags = IF(seq % ($scale_links DIV 2000) = 0, 'spring', ''),
      domain_id = IF(seq % ($scale_links DIV 2000) = 1, (SELECT id FROM domains WHERE host = 'go.scale.test'), domain_id),
      host = IF(seq % ($scale_links DIV 2000) = 1, 'go.scale.test', host),
      id = UNHEX(CONCAT(LPAD(HEX(CONV(HEX(LEFT(id, 6)), 16, 10) - $scale_links - 7200000 + seq), 12, '0'), LEFT(SHA1(CONCAT('scale', seq)), 20)));
    INSERT INTO link_tags (workspace_id, link_id, tag) SELECT workspace_id, id, 'spring' FROM copies WHERE tags = 'spring';
    ALTER TABLE copies DROP seq;
    INSERT INTO links SELECT * FROM copies;
    UPDATE link_text_passes SET complete = FALSE, since = since - INTERVAL 1 DAY"
  MASK_MARIADB_USER=mask-admin "$maskctl" migrate >/dev/null
  MASK_MARIADB_USER=mask-admin "$maskctl" maintain >/dev/null
}

member() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n1; }

scale_post() {
  curl -sS -f --cacert "$MASK_CACERT" -H "Authorization: Bearer $scale_key" -H "Content-Type: application/json" "$MASK_API_URL$1" -d "$2"
}

# ULIDs as the journal has them: Crockford's base 32 of the bytes of the column.
ulids() {
  sql "$1" | python3 -c '
import sys
digits = "0123456789abcdefghjkmnpqrstvwxyz"
for line in sys.stdin:
    number = int(line.strip(), 16)
    print("".join(digits[number >> shift & 31] for shift in range(125, -1, -5)))'
}

clicks_loaded() { sql 'SELECT COALESCE(SUM(clicks), 0) FROM mask.journal_segments'; }

# Loads what clicks.c makes up, by one process that does nothing else, and says how many a second.
load_scale_clicks() {
  ulids "SELECT HEX(l.id) FROM mask.links l JOIN mask.workspaces w ON w.id = l.workspace_id WHERE w.slug = 'scale' ORDER BY l.id" >"$folder/scale-links"
  workspace=$(ulids "SELECT HEX(id) FROM mask.workspaces WHERE slug = 'scale'")
  busiest=lnk_$(head -n1 "$folder/scale-links")
  "$folder/clicks" "$workspace" "$folder/scale-links" "$scale_clicks" $scale_days 1 >"$folder/scale.journal"
  before=$(clicks_loaded)
  mv "$folder/scale.journal" "$folder/spool/01jb0000000000000000000000.journal"
  from=$(date +%s%N)
  until [ $(($(clicks_loaded) - before)) -ge "$scale_clicks" ]; do
    [ $(($(date +%s%N) - from)) -lt 3600000000000 ] || fail "$scale_clicks clicks were not loaded within an hour."
    sleep 1
  done
  scale_rate=$(awk "BEGIN { printf \"%.0f\", $scale_clicks * 1e9 / ($(date +%s%N) - $from) }")
  say "  $scale_clicks clicks loaded, $scale_rate a second"
}

counting_tables='click_parts click_facts click_sums click_values click_numbers click_blocks click_visits'

# Bytes of tables with their indexes, a click, after what is kept for two days only has gone: bytes_a_click TABLE…
bytes_a_click() {
  names=$(printf "'%s'," "$@")
  sql "ANALYZE TABLE $(printf 'mask.%s,' "$@" | sed 's/,$//')" >/dev/null
  sql "SELECT ROUND(SUM(data_length + index_length) / $scale_clicks) FROM information_schema.tables
    WHERE table_schema = 'mask' AND table_name IN (${names%,})"
}

# The median of five exchanges after one that warms up, in milliseconds: scale_question PATH
scale_question() {
  for _ in 1 2 3 4 5 6; do
    curl -sS -o /dev/null -w '%{time_total} %{http_code}\n' --cacert "$MASK_CACERT" -H "Authorization: Bearer $scale_key" "$MASK_API_URL$1"
  done | tail -n5 >"$folder/scale-times"
  grep -vq ' 200$' "$folder/scale-times" && { say "  $1: $(sed -n 's/.* //p' "$folder/scale-times" | sort | uniq -c | xargs)" >&2; }
  awk '{ print $1 * 1000 }' "$folder/scale-times" | middle
}

# scale_row NAME PATH MOST
scale_row() {
  took=$(scale_question "$2")
  printf '%-46s %9.0f ms   ≤ %-6s %s\n' "$1" "$took" "$3" "$(verdict "$took <= $3")" >>"$folder/scale-rows"
  tail -n1 "$folder/scale-rows"
}

measure_scale() {
  headline "Analytics of $scale_clicks clicks on $scale_links links"
  make_scale_data
  load_scale_clicks
  clicks=/analytics/clicks
  for group in time country city device browser os referrer utm_campaign trigger bot link tag domain; do
    most=50
    case $group in link | tag) most=100 ;; esac
    scale_row "the workspace, 30 days, by $group" "$clicks?interval=30d&group_by=$group" $most
  done
  for interval in 24h 12mo; do scale_row "the workspace, $interval, by country" "$clicks?interval=$interval&group_by=country" 50; done
  for group in time country referrer utm_source; do
    scale_row "the busiest link, 30 days, by $group" "$clicks?interval=30d&link_id=$busiest&group_by=$group" 50
  done
  for group in time country; do
    scale_row "a tag of 2,000 links, 30 days, by $group" "$clicks?interval=30d&tag=spring&group_by=$group" 150
    scale_row "a domain of 2,000 links, 30 days, by $group" "$clicks?interval=30d&domain=go.scale.test&group_by=$group" 150
  done
  for filter in 'country=DE' 'city=City3&browser=Firefox' 'referrer=site1.example.com&bot=false' 'utm_source=newsletter&device=mobile&country=US&country=FR'; do
    scale_row "the busiest link, $filter, by os" "$clicks?interval=30d&link_id=$busiest&group_by=os&$filter" 300
    scale_row "the workspace, $filter, by time" "$clicks?interval=30d&group_by=time&$filter" $((1500 * ((scale_clicks + 4999999) / 5000000)))
  done
  scale_row "the workspace, 24 hours, country=DE, by city" "$clicks?interval=24h&group_by=city&country=DE" 1500
  scale_row "the workspace, 30 days in Kolkata, by city" "$clicks?interval=30d&group_by=city&timezone=Asia/Kolkata" 50
  for list in 'sort=clicks' 'tag=spring' 'tag=spring&sort=clicks' 'disabled=true' 'created_before=2026-01-01T00:00:00Z' 'domain=go.scale.test&sort=clicks'; do
    most=50
    case $list in *'&'*) most=150 ;; esac
    scale_row "links, $list" "/links?limit=100&$list" $most
  done
  measure_export
  measure_scale_memory
  scale_row "links, a word: search=landing-page-77" "/links?limit=100&search=landing-page-77" 50
  scale_row "links, anywhere: search=ing-page-77" "/links?limit=100&search=ing-page-77" 400
  scale_row "links, what none has: search=ing-page-q" "/links?limit=100&search=ing-page-q" 400
  scale_row "links, what none has, by clicks" "/links?limit=100&sort=clicks&search=ing-page-q" 400
}

# Rows a second of the export of all clicks, with its answer thrown away.
measure_export() {
  from=$(date +%s%N)
  rows=$(curl -sS --cacert "$MASK_CACERT" -H "Authorization: Bearer $scale_key" "$MASK_API_URL/analytics/clicks/export?interval=7d" | wc -l)
  export_rate=$(awk "BEGIN { printf \"%.0f\", $rows * 1e9 / ($(date +%s%N) - $from) }")
  from=$(date +%s%N)
  rows=$("$maskctl" clicks export --workspace scale --since "$(date -u -d '-7 days' +%FT%TZ)" --format csv | wc -l)
  shell_rate=$(awk "BEGIN { printf \"%.0f\", $rows * 1e9 / ($(date +%s%N) - $from) }")
}

# The most that a worker has ever had, in MB, loading and export included, after eight clients ask for everything at once.
measure_scale_memory() {
  for client in 1 2 3 4 5 6 7 8; do
    for group in link city referrer tag domain time; do
      for filter in '' '&country=DE&bot=false'; do
        curl -sS -o /dev/null --cacert "$MASK_CACERT" -H "Authorization: Bearer $scale_key" \
          "$MASK_API_URL/analytics/clicks?interval=30d&limit=1000&group_by=$group$filter"
      done
    done &
    asking="${asking:-} $!"
  done
  # shellcheck disable=SC2086
  wait $asking
  scale_memory=0
  for pool in a b; do
    most=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(cat "$folder/processes/worker-$pool.pid")/status")
    [ $((most / 1024)) -le $scale_memory ] || scale_memory=$((most / 1024))
  done
}

scale_rows() {
  cat "$folder/scale-rows"
  printf '%-46s %9.0f/s    ≥ %-6s %s\n' "clicks exported, over the API" "$export_rate" 100000 "$(verdict "$export_rate >= 100000")" \
    "clicks exported, by maskctl" "$shell_rate" 100000 "$(verdict "$shell_rate >= 100000")"
  printf '%-46s %9.0f MB   ≤ %-6s %s\n' "a worker, asked all of it by 8 clients at once" "$scale_memory" 128 "$(verdict "$scale_memory <= 128")"
  MASK_MARIADB_USER=mask-admin "$maskctl" maintain >/dev/null
  for table in $counting_tables; do printf '%-46s %9.0f\n' "  of these in $table" "$(bytes_a_click "$table")"; done
  # shellcheck disable=SC2086
  counted=$(bytes_a_click $counting_tables) stored=$(bytes_a_click recorded_clicks)
  printf '%-46s %9.0f      ≤ %-6s %s\n' "bytes a click of all that counts" "$counted" 80 "$(verdict "$counted <= 80")" \
    "bytes of a row of clicks" "$stored" 100 "$(verdict "$stored <= 100")"
  printf '%-46s %9.0f/s    ≥ %-6s %s\n' "clicks loaded" "$scale_rate" 40000 "$(verdict "$scale_rate >= 40000")"
}
