#!/bin/sh
# MariaDB on another host: over TLS that is verified, with a password for each account. The other host is an address of its
# own in this machine.
set -eu
. Tests/Host/lib.sh

ip address add 10.99.0.1/32 dev lo
echo "10.99.0.1 db.mask.test" >>/etc/hosts
mkdir -p /etc/mysql/tls
cd /etc/mysql/tls
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj "/CN=the database's authority" 2>/dev/null
openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj "/CN=db.mask.test" 2>/dev/null
echo "subjectAltName=DNS:db.mask.test" >names
openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.crt 2>/dev/null
chown -R mysql: .
cd - >/dev/null
cat >/etc/mysql/mariadb.conf.d/70-network.cnf <<'C'
[mariadbd]
bind-address = 10.99.0.1
skip-name-resolve
ssl_ca = /etc/mysql/tls/ca.crt
ssl_cert = /etc/mysql/tls/server.crt
ssl_key = /etc/mysql/tls/server.key
C
systemctl restart mariadb
soon 20 mariadb -e 'SELECT 1'
mariadb -e "
  CREATE USER 'mask'@'10.99.0.%' IDENTIFIED BY 'for the workers' REQUIRE SSL;
  GRANT mask_worker TO 'mask'@'10.99.0.%'; SET DEFAULT ROLE mask_worker FOR 'mask'@'10.99.0.%';
  CREATE USER 'mask-webhooks'@'10.99.0.%' IDENTIFIED BY 'for the sender' REQUIRE SSL;
  GRANT mask_sender TO 'mask-webhooks'@'10.99.0.%'; SET DEFAULT ROLE mask_sender FOR 'mask-webhooks'@'10.99.0.%';
  CREATE USER 'mask-admin'@'10.99.0.%' IDENTIFIED BY 'for the schema' REQUIRE SSL;
  GRANT ALL PRIVILEGES ON mask.* TO 'mask-admin'@'10.99.0.%' WITH GRANT OPTION"
cp -p /etc/mask/mask.env /root/mask.env.local
sums=$(sha256sum /etc/mask/mask.env)

# refuses WORDS: setup ends with a sentence that has these words.
refuses() {
  if maskctl setup --database db.mask.test >/root/setup.log 2>&1; then fail "setup goes on: $(cat /root/setup.log)"; fi
  grep -q -- "$1" /root/setup.log || fail "setup does not say \"$1\": $(cat /root/setup.log)"
}
refuses '/etc/mask/mask.password, /etc/mask/mask-webhooks.password, /etc/mask/mask-admin.password'
expect "$sums" "$(sha256sum /etc/mask/mask.env)" "without passwords setup says which files to make, and changes nothing"
printf 'for the workers' >/etc/mask/mask.password
printf 'for the sender' >/etc/mask/mask-webhooks.password
printf 'for the schema' >/etc/mask/mask-admin.password
refuses 'Set MASK_MARIADB_TLS_CA'
fact "a server whose authority nobody knows is not spoken to"
echo "MASK_MARIADB_TLS_CA=/etc/mysql/tls/ca.crt" >>/etc/mask/mask.env
maskctl setup --database db.mask.test >/root/setup.log 2>&1 || { cat /root/setup.log; fail "setup with MariaDB on another host"; }
expect "400 mask 400 mask-webhooks 400 mask-admin" \
  "$(stat -c '%a %U' /etc/mask/mask.password /etc/mask/mask-webhooks.password /etc/mask/mask-admin.password | xargs)" \
  "each password is for its user only"

expect "https://$LINK_HOST/far" "$(api POST /links '{"url": "https://example.com/far", "slug": "far"}' | member short_url)" \
  "a link is created"
expect "302" "$(client -o /dev/null -w '%{http_code}' "https://$LINK_HOST/far")" "and leads on"
runuser -u mask-webhooks -- mask-webhooks --once
maskctl maintain
maskctl doctor >/root/doctor.log || { cat /root/doctor.log; fail "maskctl doctor with MariaDB on another host"; }
local_ones() { sql "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER LIKE 'mask%' AND HOST NOT LIKE '10.99.0.1:%'"; }
# A sender that cron began while setup was at work may not have been told: it ends within 75 seconds.
none_is_local() { [ "$(local_ones)" = 0 ]; }
soon 120 none_is_local || sql "SELECT USER, HOST, TIME, INFO FROM information_schema.PROCESSLIST"
expect "0" "$(local_ones)" "workers, sender and maskctl reach it over TLS, and in no other way"

maskctl reload
expect "302" "$(client -o /dev/null -w '%{http_code}' "https://$LINK_HOST/far")" "maskctl reload restarts the pools"
maskctl backup --to /root/remote-backup
maskctl backup verify /root/remote-backup/mask-*Z >/dev/null
rm -r /root/remote-backup
fact "maskctl backup works with the administrator's account"

cat /root/mask.env.local >/etc/mask/mask.env
rm /etc/mysql/mariadb.conf.d/70-network.cnf /etc/mask/*.password
mariadb -e "DROP USER 'mask'@'10.99.0.%', 'mask-webhooks'@'10.99.0.%', 'mask-admin'@'10.99.0.%'"
systemctl restart mariadb
soon 20 mariadb -e 'SELECT 1'
maskctl setup >/root/setup.log 2>&1 || { cat /root/setup.log; fail "setup with MariaDB on this host again"; }
expect "302" "$(client -o /dev/null -w '%{http_code}' "https://$LINK_HOST/far")" "moved back, the link leads on"
