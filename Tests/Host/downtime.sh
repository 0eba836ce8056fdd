#!/bin/sh
# Not one request fails while pools are restarted, and while the next release with a migration is installed.
set -eu
. Tests/Host/lib.sh

rounds=${HOST_RESTARTS:-100}
key=$(cat $KEY_FILE)
link=https://$LINK_HOST/hello
maskctl workspace limit acme 1000000 >/dev/null 2>&1 || :

# What visitors and API clients do all the time: redirects and reads over connections that are kept, creates over ones that
# are kept too, and new connections. wrk counts what is no 2xx or 3xx, and what breaks off.
cat >/run/create.lua <<LUA
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer $key"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"url": "https://example.com/"}'
LUA
load() {
  name=$1
  shift
  wrk -t1 --timeout 20s "$@" >"/run/load.$name" 2>&1 &
  loads="$loads $!"
}
begin() {
  loads=''
  load redirects -c16 -d"$1s" "$link"
  load reads -c4 -d"$1s" -H "Authorization: Bearer $key" "https://$API_HOST/v1/links?limit=1"
  load creates -c4 -d"$1s" -s /run/create.lua "https://$API_HOST/v1/links"
  load visits -c4 -d"$1s" -H "Connection: close" "$link"
}
# end: waits for the load, and says what failed.
end() {
  for one in $loads; do wait "$one" || :; done
  for name in redirects reads creates visits; do
    requests=$(sed -n 's/ *\([0-9]*\) requests in .*/\1/p' "/run/load.$name")
    [ "${requests:-0}" -gt 0 ] || { cat "/run/load.$name"; fail "$name: nothing was answered"; }
    if grep -E 'Non-2xx|Socket errors' "/run/load.$name"; then
      grep -E '" (4[0-8]|5[0-9])[0-9] ' /var/log/nginx/mask-access.log | tail -n 5
      fail "$name: some of $requests requests failed"
    fi
    printf '       %s %s\n' "$requests" "$name"
  done
}

start=$(date +%s)
begin 100000
done=0
while [ $done -lt "$rounds" ]; do
  if [ $((done % 2)) = 0 ]; then systemctl restart mask-worker@a.service; else systemctl restart mask-worker@b.service; fi
  done=$((done + 1))
done
took=$(($(date +%s) - start))
# shellcheck disable=SC2086 # a list of processes
kill -INT $loads
end
fact "$rounds restarts in $took s under load: not one request failed"

begin 100000
sleep 1
systemctl restart mask-worker@a.service mask-worker@b.service
maskctl reload
# shellcheck disable=SC2086
{ sleep 1; kill -INT $loads; }
end
fact "both pools at once, and maskctl reload: not one request failed"

before=$(systemctl show -P MainPID mask-worker@a.service)
begin 100000
sleep 1
apt-get install -y -qq -o Dpkg::Options::=--force-confold "$(next_package)" >/root/upgrade.log 2>&1 || { cat /root/upgrade.log; fail "the upgrade failed"; }
# shellcheck disable=SC2086
{ sleep 1; kill -INT $loads; }
end
[ "$before" != "$(systemctl show -P MainPID mask-worker@a.service)" ] || fail "the upgrade left the old worker"
expect 1 "$(sql "SELECT COUNT(*) FROM schema_migrations WHERE name = '9999_next'")" "the upgrade has applied its migration"
fact "a package upgrade with a migration: not one request failed"
waiting() { [ "$(maskctl journal status | awk 'NR > 1 { waiting += $2 - $3 } END { print waiting + 0 }')" = 0 ]; }
soon 60 waiting || :
sleep 2
# As logrotate leaves it.
chown www-data:adm /var/log/nginx/mask-access.log
chmod 640 /var/log/nginx/mask-access.log
maskctl journal reconcile --access-log /var/log/nginx/mask-access.log >/root/reconcile.log || { cat /root/reconcile.log; fail "clicks were lost"; }
fact "every click that nginx answered is stored exactly once: $(awk '/^clicks in access log, each/ {print $(NF - 1)}' /root/reconcile.log)"
