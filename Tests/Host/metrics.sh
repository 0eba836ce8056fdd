#!/bin/sh
# /metrics tells of the whole host and to nobody else; Prometheus reads it and its alerts go off; fail2ban finds failed keys.
set -eu
. Tests/Host/lib.sh

apt-get install -y -qq --no-install-recommends prometheus fail2ban python3-prometheus-client curl >/root/monitoring.log 2>&1 ||
  { cat /root/monitoring.log; fail "prometheus or fail2ban cannot be installed"; }
monitoring=/usr/share/mask/monitoring

metrics() { curl -sS --max-time 8 http://127.0.0.1:9464/metrics; }
# value SERIES: of /metrics, 0 where it is not there.
value() { metrics | awk -v series="$1" '$1 == series {print $2; found = 1} END {if (!found) print 0}'; }
# is SERIES VALUE
is() { [ "$(value "$1")" = "$2" ]; }
status() { curl -s -o /dev/null -w '%{http_code}' --max-time 8 "$@"; }

# ---- what is counted ------------------------------------------------------------------------------------------------

links='mask_http_requests_total{method="GET",endpoint="/v1/links",status="2xx"}'
led='mask_redirects_total{outcome="led"}'
api POST /links '{"url": "https://example.com/", "slug": "counted"}' >/dev/null
before_links=$(value "$links") before_led=$(value "$led")
for _ in $(seq 25); do
  api GET /links >/dev/null
  client -o /dev/null "https://$LINK_HOST/counted" "https://$LINK_HOST/counted" -o /dev/null
done
expect "$((before_links + 25)) $((before_led + 50))" "$(value "$links") $(value "$led")" \
  "requests made are requests counted, whichever of two pools has answered"
worker=$(systemctl show -P MainPID mask-worker@a)
kill -9 "$worker"
soon 20 sh -c "[ \"\$(systemctl show -P MainPID mask-worker@a)\" != $worker ] && systemctl is-active mask-worker@a" ||
  fail "the worker did not come back"
client -o /dev/null "https://$LINK_HOST/counted"
expect "$((before_links + 25)) $((before_led + 51))" "$(value "$links") $(value "$led")" "counters outlive a worker's kill -9"
told() { [ "$(metrics | grep -c '^mask_process_resident_memory_bytes{')" = "$1" ]; }
soon 10 told 2 || fail "not two workers are told of: $(metrics | grep '^mask_process_')"
fact "both workers are told of"
expect "660 mask mask" "$(stat -c '%a %U %G' /run/mask/metrics)" "the counters are a file of the group mask"

runuser -u mask-webhooks -- mask-webhooks --once
[ "$(value 'mask_job_last_success_timestamp_seconds{job="webhooks"}' | cut -d. -f1)" -ge "$(($(date +%s) - 20))" ] ||
  fail "the sender's work is not counted"
fact "the sender counts in the same file"

metrics >/root/metrics.txt
python3 - <<'P'
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
families = {family.name: family for family in parse(open("/root/metrics.txt").read())}
assert families["mask_http_requests"].type == "counter" and families["mask_build"].type == "info", families.keys()
series = sum(len(family.samples) for family in families.values())
assert 100 < series < 3000, series
P
expect "application/openmetrics-text; version=1.0.0; charset=utf-8" \
  "$(curl -sI http://127.0.0.1:9464/metrics | tr -d '\r' | sed -n 's/^Content-Type: //p')" \
  "it is OpenMetrics, which Prometheus' own client reads"

# ---- who is told -----------------------------------------------------------------------------------------------------

expect "127.0.0.1:9464" "$(ss -Hltn 'sport = :9464' | awk '{print $4}' | sort | xargs)" "nginx tells it on loopback only"
for url in "https://$API_HOST/metrics" "https://$API_HOST/v1/metrics" "https://$LINK_HOST/metrics" "http://127.0.0.1/metrics"; do
  for host in "" "Host: localhost:9464" "Host: 127.0.0.1:9464" "MASK_MONITORING: on" "Mask-Monitoring: on"; do
    if client -k ${host:+-H "$host"} "$url" | grep -q mask_; then fail "$url with \"$host\" tells of the host"; fi
  done
done
fact "no host, path or header of a visitor leads to it"
expect "404 404 405" "$(status http://127.0.0.1:9464/) $(status http://127.0.0.1:9464/v1/links) $(status -X POST http://127.0.0.1:9464/metrics)" \
  "and from there to nothing else"

# ---- Prometheus --------------------------------------------------------------------------------------------------------

mkdir -p /root/rules
cp Tests/Host/mask.rules.test.yml $monitoring/mask.rules.yml /root/rules/
promtool check rules /root/rules/mask.rules.yml >/root/promtool.log || { cat /root/promtool.log; fail "promtool check rules"; }
promtool test rules /root/rules/mask.rules.test.yml >/root/promtool.log 2>&1 || { cat /root/promtool.log; fail "promtool test rules"; }
fact "the alerts say nothing of a host that is well, and each speaks of one that is not"
python3 - $monitoring/grafana.json $monitoring/mask.rules.yml <<'P'
import json, re, sys
panels = json.load(open(sys.argv[1]))["panels"]
text = " ".join(target["expr"] for panel in panels for target in panel["targets"]) + open(sys.argv[2]).read()
told = open("/root/metrics.txt").read()
missing = [name for name in sorted(set(re.findall(r"\bmask_[a-z_]+", text))) if not re.search(rf"^{name}[ {{]", told, re.M)]
assert not missing, missing
P
fact "the dashboard and the alerts name only what is told"

install -m 644 $monitoring/mask.rules.yml /etc/prometheus/
# As quick as a test has to be.
sed -i 's/for: 1m/for: 2s/' /etc/prometheus/mask.rules.yml
sed 's/15s/1s/' $monitoring/prometheus.yml >/etc/prometheus/prometheus.yml
promtool check config /etc/prometheus/prometheus.yml >/root/promtool.log || { cat /root/promtool.log; fail "promtool check config"; }
systemctl restart prometheus
query() { curl -sG http://127.0.0.1:9090/api/v1/query --data-urlencode "query=$1"; }
says() { query "$1" | grep -q '"metric":'; }
soon 60 says 'mask_redirects_total{outcome="led"} > 50' || fail "Prometheus does not read /metrics: $(query up)"
fact "Prometheus reads it with the configuration that the package has"
firing='ALERTS{alertname="MaskDatabaseDown", alertstate="firing"}'
if says "$firing"; then fail "an alert goes off while all is well"; fi
systemctl stop mariadb
expect 0 "$(value mask_database_up)" "without MariaDB /metrics answers and says so"
metrics | grep -q '^mask_webhook_oldest_due_seconds' && fail "without MariaDB it tells of a backlog that it cannot know"
soon 60 says "$firing" || fail "no alert goes off without MariaDB"
fact "and Prometheus' alert goes off"
systemctl start mariadb
soon 60 is mask_database_up 1 || fail "MariaDB is back, and /metrics does not know"
soon 60 sh -c "! curl -sG http://127.0.0.1:9090/api/v1/query --data-urlencode 'query=$firing' | grep -q '\"metric\":'" ||
  fail "the alert does not end"
fact "until MariaDB is back"

systemctl stop redis-server@mask
api GET /links >/dev/null
expect 0 "$(value mask_redis_up)" "without Redis it says so"
[ "$(value mask_rate_limit_fallbacks_total)" -ge 1 ] || fail "fallbacks are not counted"
fact "and counts what workers decide by themselves"
systemctl start redis-server@mask
soon 20 is mask_redis_up 1 || fail "Redis is back, and /metrics does not know"
systemctl stop prometheus

# ---- fail2ban ----------------------------------------------------------------------------------------------------------

install -m 644 $monitoring/fail2ban/filter-mask-key.conf /etc/fail2ban/filter.d/mask-key.conf
install -m 644 $monitoring/fail2ban/jail-mask-key.conf /etc/fail2ban/jail.d/mask-key.conf
matched() { fail2ban-regex /var/log/nginx/mask-access.log mask-key | sed -n 's/.*ignored, \([0-9]*\) matched.*/\1/p'; }
sleep 1.5
before=$(matched)
for path in "https://$API_HOST/v1/links" "https://$LINK_HOST/api/v1/links" "https://$API_HOST/v1/links/%22%20200%20"; do
  client -o /dev/null "$path" -H "Authorization: Bearer mk_live_wrong"
done
client -o /dev/null "https://$LINK_HOST/%22%20401%201%20/v1/"
sleep 1.5
expect "$((before + 3))" "$(matched)" \
  "fail2ban's filter finds the failed keys in nginx's log, and nothing else"
# Debian's own jail, which has no log file to read where there is no rsyslog.
printf '[sshd]\nenabled = false\n' >/etc/fail2ban/jail.d/sshd.local
fail2ban-client -t >/root/fail2ban.log 2>&1 || { cat /root/fail2ban.log; fail "fail2ban does not take the jail"; }
fact "fail2ban takes the jail"
rm -f /etc/fail2ban/jail.d/mask-key.conf /etc/fail2ban/filter.d/mask-key.conf /etc/prometheus/mask.rules.yml
