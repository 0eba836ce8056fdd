#!/bin/sh
# A host of Debian 12 with data becomes one of Debian 13, as the release notes of Debian say: apt full-upgrade, then MASK's package
# for 13. Booted again in release-after.sh.
set -eu
. Tests/Host/lib.sh

for _ in 1 2 3; do client -o /dev/null "https://$LINK_HOST/hello"; done
stored() { [ "$(sql "SELECT COUNT(*) FROM recorded_clicks")" -ge "$1" ]; }
soon 30 stored 4 || fail "the clicks before the upgrade are not stored"
sql "SELECT COUNT(*) FROM recorded_clicks" >/root/clicks
apt-get full-upgrade -y -qq -o Dpkg::Options::=--force-confold >/root/release.log 2>&1 || { tail -n 30 /root/release.log; fail "apt full-upgrade failed"; }
expect 13 "$(. /etc/os-release && echo "$VERSION_ID")" "the host is a Debian 13 now"
apt-get install -y -qq -o Dpkg::Options::=--force-confold /root/mask-13.deb >/root/release-mask.log 2>&1 ||
  { cat /root/release-mask.log; fail "MASK's package for 13 cannot be installed"; }
case $(dpkg-query -W -f '${Version}' mask) in *+deb13) fact "MASK's package is that of 13" ;; *) fail "MASK's package is not that of 13" ;; esac
