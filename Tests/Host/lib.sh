# shellcheck shell=sh disable=SC2034
# What the parts share. A part is run in the booted machine, as root, from the checkout; the package is in /packages.

API_HOST=api.mask.test
LINK_HOST=links.mask.test
APP_HOST=app.mask.test
KEY_FILE=/root/key
CERTIFICATES=/etc/mask/tls

# fact SENTENCE: what was just shown.
fact() { printf '  ok   %s\n' "$*"; }

fail() {
  printf '  FAIL %s\n' "$*"
  exit 1
}

# expect WANTED GOT SENTENCE
expect() { if [ "$1" = "$2" ]; then fact "$3"; else fail "$3: expected \"$1\", got \"$2\""; fi; }

# soon SECONDS COMMAND…: tries ten times a second.
soon() {
  tries=$(($1 * 10))
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    sleep 0.1
  done
}

# The package of this release, and of the next one, which has a migration more.
this_package() { find /packages -name 'mask_*_amd64.deb' ! -name '*+next*'; }
next_package() { find /packages -name 'mask_*+next_amd64.deb'; }

# client URL…: curl as somebody who trusts this installation.
client() { cat $CERTIFICATES/*.crt >/run/test-ca.crt; curl -sS --max-time 10 --cacert /run/test-ca.crt "$@"; }

# api METHOD PATH [JSON]: a request to the API with the key of the workspace "acme".
api() {
  if [ $# = 3 ]; then
    client -X "$1" "https://$API_HOST/v1$2" -H "Authorization: Bearer $(cat $KEY_FILE)" -H "Content-Type: application/json" -d "$3"
  else
    client -X "$1" "https://$API_HOST/v1$2" -H "Authorization: Bearer $(cat $KEY_FILE)"
  fi
}

# member NAME: the first text or number of that name in the JSON on standard input.
member() { sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\).*/\1/p" | head -n1; }

# sql STATEMENT: as MariaDB's root.
sql() { mariadb -N mask -e "$1"; }
