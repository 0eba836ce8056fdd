#!/bin/sh
# A backup is made while everything works; then the data is lost, and everything comes back from the backup.
set -eu
. Tests/Host/lib.sh

folder=/var/backups/mask

# The sum of every row of every table that does not change by itself. The salts of visitors are in no logical backup.
sums() {
  mariadb-dump --skip-dump-date --skip-comments --skip-extended-insert --order-by-primary --no-tablespaces mask \
    --ignore-table=mask.journal_segments --ignore-table=mask.visitor_salts --ignore-table=mask.click_parts | sha256sum
  # Of a part that is loaded again the id is another.
  sql 'SELECT day, SUM(clicks) FROM click_parts GROUP BY day'
}

# The service as a visitor and a client see it; its clicks are counted.
service_works() {
  before=$(sql 'SELECT COUNT(*) FROM recorded_clicks')
  expect "302 https://example.com/kept" "$(client -o /dev/null -w '%{http_code} %{redirect_url}' "https://$LINK_HOST/kept")" "$1: the link leads on"
  expect "kept" "$(api GET "/links?search=kept" | member slug)" "$1: the API knows it, with the same key"
  soon 20 sh -c "[ \$(mariadb -N mask -e 'SELECT COUNT(*) FROM recorded_clicks') = $((before + 1)) ]" || fail "$1: the click did not arrive"
  fact "$1: the click is counted"
}

halt() { systemctl stop cron mask.target; }
start() {
  systemctl start mask.target cron
  soon 20 maskctl doctor || { maskctl doctor || :; fail "the doctor finds something wrong after the restore"; }
}

[ -n "$(sql "SELECT 1 FROM links WHERE slug = 'kept'")" ] || api POST /links '{"url": "https://example.com/kept", "slug": "kept"}' >/dev/null
client -o /dev/null "https://$LINK_HOST/kept"

# cron's way: silent, and under load.
sh -c "while :; do curl -sk -o /dev/null https://$LINK_HOST/kept; done" &
load=$!
expect "" "$(maskctl backup --keep 2 --quiet 2>&1)" "maskctl backup is silent in cron, under load"
kill $load
expect "700 root" "$(stat -c '%a %U' "$folder"/mask-*Z)" "only root can look into a backup"
if grep -rqF "$(cat /etc/mask/secret.key)" "$folder"; then fail "the secret key is in the backup"; fi
fact "the secret key is not in it"
maskctl backup verify "$folder"/mask-*Z >/root/verified
(cd "$folder"/mask-*Z && sha256sum --check --quiet SHA256SUMS)
fact "maskctl backup verify and sha256sum find it whole"

for method in logical physical; do
  # Clicks that nobody has loaded may wait in the journal: they are in the backup of the spool.
  sleep 1
  for _ in 1 2 3 4 5 6 7 8; do client -o /dev/null "https://$LINK_HOST/kept"; done
  halt
  sleep 1
  maskctl backup --method $method
  maskctl journal load
  backup=$(find "$folder" -maxdepth 1 -name 'mask-*Z' | sort | tail -n1)
  sums >/root/sums-before
  rows=$(sql 'SELECT COUNT(*) FROM recorded_clicks')

  # Everything is lost: the database, the spool, the pages.
  find /var/spool/mask /var/lib/mask/pages -type f -delete
  if [ $method = logical ]; then
    mariadb -e 'DROP DATABASE mask'
    mariadb </usr/share/mask/sql/grants.sql
    maskctl restore "$backup" >/root/restore.log 2>&1 || { cat /root/restore.log; fail "maskctl restore failed"; }
  else
    if maskctl restore "$backup" >/root/restore.log 2>&1; then fail "a physical backup is restored while MariaDB runs"; fi
    systemctl stop mariadb
    rm -rf /var/lib/mysql
    install -d -o mysql -g mysql -m 755 /var/lib/mysql
    maskctl restore "$backup" >/root/restore.log 2>&1 || { cat /root/restore.log; fail "maskctl restore failed"; }
    systemctl start mariadb
    soon 20 mariadb -e 'SELECT 1' || fail "MariaDB does not start with what was restored"
    maskctl migrate --quiet
  fi
  maskctl journal load
  sums >/root/sums-after
  cmp -s /root/sums-before /root/sums-after || fail "$method: the rows are not those that were backed up"
  fact "$method: every row of every table is back on an empty host ($rows clicks among them)"
  systemd-tmpfiles --create
  start
  service_works $method
done
if maskctl restore "$backup" >/root/restore.log 2>&1; then fail "a restore goes over what is there"; fi
fact "nothing is restored while the service runs"
expect 2 "$(maskctl backup --keep 2 --quiet && find "$folder" -maxdepth 1 -name 'mask-*Z' | wc -l)" "--keep 2 leaves the two newest"
