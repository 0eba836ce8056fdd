#!/bin/sh
# The accounts of Debian's MariaDB by unix_socket: each program has its own, which can do what it has to and no more.
set -eu
. Tests/Host/lib.sh

# as USER STATEMENT: as a user of this machine, whom MariaDB knows by the kernel's word.
as() { runuser -u "$1" -- mariadb -N mask -e "$2"; }

for user in mask mask-webhooks mask-admin; do
  expect "$user@localhost unix_socket" "$(as $user 'SELECT CURRENT_USER()') $(mariadb -N -e "SELECT plugin FROM mysql.user WHERE User = '$user'")" \
    "the user $user is MariaDB's $user, without a password"
done
if runuser -u nobody -- mariadb -umask mask -e 'SELECT 1' 2>/dev/null; then fail "nobody is let in as mask"; fi
fact "nobody else is let in as mask"

for statement in 'DROP TABLE links' 'DELETE FROM audit_log' 'UPDATE audit_log SET actor = 1' 'ALTER TABLE audit_log DROP PARTITION later' \
  'SELECT * FROM mysql.global_priv' "SELECT 1 INTO OUTFILE '/tmp/mask'"; do
  if as mask "$statement" 2>/root/denied; then fail "mask may: $statement"; fi
  grep -qE 'ERROR (1044|1045|1142|1227)' /root/denied || fail "$statement: $(cat /root/denied)"
done
fact "the workers' account cannot drop a table, cannot change the audit log, and sees nothing beside its database"
for statement in 'SELECT * FROM api_keys' 'SELECT * FROM links' 'SELECT * FROM audit_log' 'UPDATE webhooks SET secret = 1'; do
  if as mask-webhooks "$statement" 2>/root/denied; then fail "mask-webhooks may: $statement"; fi
  grep -q 'ERROR 114[23]' /root/denied || fail "$statement: $(cat /root/denied)"
done
fact "the sender's account sees no API key, no link and no audit log"

for _ in 1 2; do
  mariadb </usr/share/mask/sql/grants.sql
  maskctl migrate --quiet
done
fact "grants.sql and maskctl migrate can be run again and again"
maskctl maintain
expect "mask-admin" "$(stat -c %U /var/spool/mask/maintain.job 2>/dev/null || echo mask-admin)" \
  "maskctl maintain works as mask-admin, who alone may drop partitions"
expect "204 200" "$(api POST /links '{"url": "https://example.com/", "slug": "rights"}' >/root/answer
  id=$(member id </root/answer)
  client -o /dev/null -w '%{http_code}' -X DELETE "https://$API_HOST/v1/links/$id" -H "Authorization: Bearer $(cat $KEY_FILE)"
  client -o /dev/null -w ' %{http_code}' "https://$API_HOST/v1/audit-log" -H "Authorization: Bearer $(cat $KEY_FILE)")" \
  "the API writes, deletes and reads the audit log with the workers' account"

cp /usr/share/mask/mariadb.cnf /etc/mysql/mariadb.conf.d/60-mask.cnf
systemctl restart mariadb
soon 20 mariadb -e 'SELECT 1' || fail "MariaDB does not start with 60-mask.cnf"
soon 20 maskctl doctor || { maskctl doctor || :; fail "the doctor is not content with 60-mask.cnf"; }
fact "the doctor is content with MariaDB as 60-mask.cnf sets it up"
mariadb -e 'SET GLOBAL innodb_flush_log_at_trx_commit = 2'
if maskctl doctor >/root/doctor.log; then fail "the doctor does not see innodb_flush_log_at_trx_commit"; fi
grep -q 'Put innodb_flush_log_at_trx_commit = 1 below \[mariadbd\] in /etc/mysql/mariadb.conf.d/60-mask.cnf' /root/doctor.log ||
  fail "the doctor does not say what to do: $(cat /root/doctor.log)"
mariadb -e 'SET GLOBAL innodb_flush_log_at_trx_commit = 1'
fact "and says which line to write where a setting breaks a promise"
