#!/bin/sh
# Writes HTTP/2 into a site the way the nginx of this machine knows it: "http2 on" since 1.25.1 (Debian 13), "listen … http2"
# before (Debian 12).
#
#   sh systemd/nginx-http2.sh SITE
#
# May run again, and turns either form into the other.

set -eu
version=$(PATH=$PATH:/usr/sbin nginx -v 2>&1 | sed -n 's|.*nginx/\([0-9.]*\).*|\1|p')
[ -n "$version" ] || exit 0
if dpkg --compare-versions "$version" ge 1.25.1; then
  grep -q '^ *listen .* ssl http2' "$1" || exit 0
  # Every server with TLS names its certificate once.
  sed -i -E -e 's/^( *listen .* ssl) http2/\1/' -e '/^ *http2 on;$/d' -e 's/^( *)ssl_certificate /\1http2 on;\n&/' "$1"
else
  grep -q '^ *http2 on;$' "$1" || exit 0
  sed -i -E -e '/^ *http2 on;$/d' -e 's/^( *listen .* ssl)([ ;])/\1 http2\2/' "$1"
fi
