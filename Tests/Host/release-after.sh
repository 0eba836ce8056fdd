#!/bin/sh
# After the host has become a Debian 13 and was booted again: everything is there, and serves.
set -eu
. Tests/Host/lib.sh

answers() { [ "$(client -o /dev/null -w '%{http_code}' "https://$LINK_HOST/readyz")" = 200 ]; }
soon 60 answers || { systemctl --failed --no-legend; fail "MASK does not answer after the upgrade"; }
expect "302 https://example.com/" "$(client -o /dev/null -w '%{http_code} %{redirect_url}' "https://$LINK_HOST/hello")" \
  "the link of the old host leads on"
expect 200 "$(client -o /dev/null -w '%{http_code}' "https://$API_HOST/v1/links" -H "Authorization: Bearer $(cat $KEY_FILE)")" \
  "its key opens the API"
more() { [ "$(sql "SELECT COUNT(*) FROM recorded_clicks")" -gt "$(cat /root/clicks)" ]; }
soon 30 more || fail "clicks are not stored any more"
fact "the clicks from before are there, and new ones are stored"
expect "" "$(nginx -t 2>&1 | grep -E 'warn|emerg' || :)" "nginx has nothing to complain of in the site"
maskctl doctor >/root/doctor.log || { cat /root/doctor.log; fail "maskctl doctor finds something wrong"; }
fact "maskctl doctor finds nothing wrong on MariaDB $(sql 'SELECT VERSION()')"
