#!/bin/sh
# apt install ./mask_*.deb and maskctl setup make a working service, and nothing happens over the admin's head.
set -eu
. Tests/Host/lib.sh

# A server as it may be: nginx, MariaDB and Redis run, and MASK is not there.
apt-get install -y -qq --no-install-recommends nginx cron logrotate curl wrk mariadb-server mariadb-client mariadb-backup \
  redis-server librsvg2-bin certbot python3 man-db >/dev/null 2>&1
systemctl start nginx mariadb cron
find /etc /usr /var/lib /var/spool /lib/systemd -xdev \( -path /var/lib/mysql -o -path /var/lib/dpkg -o -path /var/lib/apt \) \
  -prune -o -print | sort >/root/before

apt-get install -y -qq "$(this_package)" >/root/install.log 2>&1 || { cat /root/install.log; fail "apt install failed"; }
expect "" "$(command -v swift || :)" "apt installs the package; there is no Swift toolchain here"
expect 200 "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/)" "nginx goes on with its own page until setup is told to"
expect inactive "$(systemctl is-active mask.target || :)" "nothing runs before maskctl setup"
expect "640 root mask" "$(stat -c '%a %U %G' /etc/mask/mask.env)" "the configuration is for root and the group mask"
maskctl doctor >/root/doctor.log && fail "the doctor is content before setup"
expect "WRONG setup          MASK is installed, and not set up. Run: maskctl setup" "$(cat /root/doctor.log)" "the doctor says what to do first, in one line"
each_line() { sed -n 's/^[0-9*]* [0-9*]* \* \* \* *//p' /etc/cron.d/mask; }
expect "" "$(each_line | while read -r user line; do runuser -u "$user" -- sh -c "$line" 2>&1 </dev/null; done)" \
  "cron's lines have nothing to do, nor to mail, before maskctl setup"
if maskctl setup </dev/null >/root/setup.log 2>&1; then fail "setup knows no hosts, and goes on"; fi
grep -q -- '--api-host' /root/setup.log || fail "setup does not say what is missing: $(cat /root/setup.log)"
fact "setup says what it has to be told"

# A terminal, in which the questions are answered: hosts, and nothing for what may stay as it is.
printf '%s\n' $API_HOST $LINK_HOST $APP_HOST '' '' owner@mask.test | script -qec "maskctl setup" /dev/null >/root/setup.log 2>&1 || { cat /root/setup.log; fail "setup failed"; }
cp /root/setup.log /root/setup.first
grep -q 'Certificate, self-signed or letsencrypt' /root/setup.log || fail "setup does not ask for the certificate: $(cat /root/setup.log)"
fact "setup asks for the hosts, the database, the certificate and the first owner"
expect "active active" "$(systemctl is-active mask-worker@a mask-worker@b | xargs)" "setup starts two pools"
sha256sum /etc/mask/mask.env /etc/mask/secret.key /etc/mask/tls/* /etc/nginx/sites-available/mask >/root/sums
maskctl setup >/root/setup.log 2>&1 || { cat /root/setup.log; fail "a second setup failed"; }
sha256sum --quiet -c /root/sums
fact "a second setup changes nothing"
if maskctl setup --api-host other.mask.test >/root/setup.log 2>&1; then fail "setup renames a host that nginx does not answer for"; fi
grep -q 'does not answer for other.mask.test' /root/setup.log || fail "setup does not say what to rename: $(cat /root/setup.log)"
sha256sum --quiet -c /root/sums
fact "another host is refused where nginx does not answer for it, and nothing is changed"

# The first owner.
token=$(sed -n "s|.*https://$APP_HOST/welcome#\([A-Za-z0-9_-]*\).*|\1|p" /root/setup.first)
expect 43 "${#token}" "setup ends with a link for the first owner"
guest() {
  client -o /root/answer -w '%{http_code}' -c /root/cookies -b /root/cookies -H 'Content-Type: application/json' -H 'Mask-Client: test' \
    -H "Origin: https://$APP_HOST" "$@"
}
expect 201 "$(guest -d '{"token": "'"$token"'", "name": "Ada", "password": "correct horse battery staple 47", "workspace_name": "First"}' \
  "https://$APP_HOST/v1/one-time-links/use")" "by which the owner makes an account and a workspace"
expect 201 "$(guest -H 'Mask-Workspace: first' -d '{"name": "first", "scopes": ["links:write"]}' "https://$APP_HOST/v1/api-keys")" \
  "and a first key, signed in"
expect 410 "$(guest -d '{"token": "'"$token"'"}' "https://$APP_HOST/v1/one-time-links/show")" "the link is good once"
expect "" "$(grep -l "$token" /var/log/nginx/mask-*.log || :)" "and stands in no log"

maskctl workspace create acme --plan enterprise >/dev/null
maskctl key create --workspace acme --name host --scopes all,keys:write,audit:read,domains:write --json | member key >$KEY_FILE
expect "https://$LINK_HOST/hello" "$(api POST /links '{"url": "https://example.com/", "slug": "hello"}' | member short_url)" \
  "a link is created over the API"
expect "302 https://example.com/" "$(client -o /dev/null -w '%{http_code} %{redirect_url}' "https://$LINK_HOST/hello")" \
  "and leads on"
maskctl doctor >/root/doctor.log || { cat /root/doctor.log; fail "maskctl doctor finds something wrong"; }
fact "maskctl doctor finds nothing wrong"
expect "" "$(nginx -t 2>&1 | grep -E 'warn|emerg' || :)" "nginx -t is content, and warns of nothing"
expect "640 www-data adm" "$(stat -c '%a %U %G' /var/log/nginx/mask-access.log)" "visitors' addresses in the log are not for every user"
if runuser -u mask-webhooks -- ls /var/spool/mask >/dev/null 2>&1; then fail "mask-webhooks reads the spool"; fi
fact "the sender of webhooks cannot read visitors' clicks in the spool"

# One cause, one line.
wrong() { maskctl doctor >/root/doctor.log || :; sed -n 's/^WRONG \([a-z ]*[a-z]\)  .*/\1/p' /root/doctor.log | xargs; }
expect "" "$(wrong)" "all is well"
systemctl stop nginx
expect nginx "$(wrong)" "the doctor sees a stopped nginx"
systemctl start nginx
systemctl stop mask.target
expect workers "$(wrong)" "stopped workers"
systemctl start mask.target
systemctl stop cron
expect cron "$(wrong)" "a stopped cron"
systemctl start cron
systemctl stop mariadb
expect database "$(wrong)" "and a stopped MariaDB, each in one line"
grep -q '^-  *not looked at before database is mended: .*schema.*answers' /root/doctor.log || { cat /root/doctor.log; fail "what depends on it is not named"; }
systemctl start mariadb
soon 20 maskctl doctor || { maskctl doctor || :; fail "the doctor does not recover"; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /root/new.key -out /root/new.crt -days 9 \
  -subj "/CN=$API_HOST" -addext "subjectAltName=DNS:$API_HOST" 2>/dev/null
cp -p $CERTIFICATES/$API_HOST.crt $CERTIFICATES/$API_HOST.key /root/
cat /root/new.key >$CERTIFICATES/$API_HOST.key
cat /root/new.crt >$CERTIFICATES/$API_HOST.crt
served() { openssl s_client -connect 127.0.0.1:443 -servername "$1" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint; }
expect "$(openssl x509 -noout -fingerprint -in /root/new.crt)" "$(served $API_HOST)" "a new certificate is served without a reload of nginx"
cp -p /root/$API_HOST.crt /root/$API_HOST.key $CERTIFICATES/
systemd-analyze verify --man=no /lib/systemd/system/mask*.service /lib/systemd/system/mask*.socket /lib/systemd/system/mask*.timer \
  /lib/systemd/system/mask.target >/root/verify.log 2>&1 || { cat /root/verify.log; fail "systemd-analyze verify"; }
expect "" "$(grep -i mask /root/verify.log || :)" "systemd-analyze verify is content"
for page in man7/mask.7 man7/mask-cluster.7 man5/mask.env.5 man1/maskctl.1 man8/mask-worker.8 man8/mask-webhooks.8; do
  [ -s "/usr/share/man/$page.gz" ] || fail "there is no manual page $page"
  expect "" "$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings=all -l "/usr/share/man/$page.gz" 2>&1 >/dev/null)" "man reads $page without a warning"
done
bash -n /usr/share/bash-completion/completions/maskctl
fact "programs, service and configuration have manual pages, maskctl has completion"
expect "mask mask" "$(stat -c '%U %G' "$(find /var/spool/mask -type f | head -n1)")" "the journal belongs to mask, though root typed the commands"
expect "" "$(find /etc/mask/mask.env /etc/mask/secret.key /etc/mask/tls/*.key -perm /o+r)" "nobody else reads secrets"
logrotate -d /etc/logrotate.d/nginx 2>&1 | grep -q mask-access.log || fail "mask-access.log is not rotated"
fact "nginx's own logrotate rotates MASK's log"
