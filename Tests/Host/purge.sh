#!/bin/sh
# Removing the package keeps the data; purging it leaves nothing behind but the database.
set -eu
. Tests/Host/lib.sh

apt-get remove -y -qq mask >/root/remove.log 2>&1 || { cat /root/remove.log; fail "apt remove failed"; }
expect "" "$(pgrep -u mask,mask-webhooks,mask-admin || :)" "after apt remove none of its processes runs"
nginx -t -q
fact "nginx is well without the site"
[ -s /etc/mask/secret.key ] && [ -s /etc/mask/mask.env ] || fail "apt remove has taken the configuration"
fact "the configuration and the key stay"
expect "" "$(runuser -u mask -- sh -c "$(sed -n 's/^\* \* \* \* \* mask  *//p' /etc/cron.d/mask | head -n1)" 2>&1)" "cron's lines do nothing without the programs"

apt-get install -y -qq "$(next_package)" >/root/again.log 2>&1 || { cat /root/again.log; fail "apt install failed"; }
maskctl setup >/root/setup.log 2>&1 || { cat /root/setup.log; fail "setup failed"; }
expect "302" "$(client -o /dev/null -w '%{http_code}' "https://$LINK_HOST/hello")" "installed again and set up, the old links lead on"

apt-get purge -y -qq mask >/root/purge.log 2>&1 || { cat /root/purge.log; fail "apt purge failed"; }
grep -q "DROP DATABASE mask" /root/purge.log && [ -s /var/backups/mask/secret.key ] || { cat /root/purge.log; fail "apt purge does not say what stays"; }
fact "apt purge says what stays, and the key is kept"
rm -f /etc/mysql/mariadb.conf.d/60-mask.cnf  # which the sysadmin has put there
find /etc /usr /var/lib /var/spool /lib/systemd -xdev \( -path /var/lib/mysql -o -path /var/lib/dpkg -o -path /var/lib/apt \) \
  -prune -o -print | sort >/root/after
comm -13 /root/before /root/after | grep -i mask >/root/left || :
[ ! -s /root/left ] || { cat /root/left; fail "apt purge has left files"; }
expect "" "$(systemctl list-unit-files --no-legend 'mask*' | grep -v '^mask-host' || :)" "apt purge leaves no file and no unit"
[ "$(sql 'SELECT COUNT(*) FROM links')" -gt 0 ] || fail "apt purge has dropped the database"
fact "the database stays: only a person may drop it"
