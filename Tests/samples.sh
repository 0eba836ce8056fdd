#!/bin/sh
# Runs every sample of the documentation as it is printed, in curl, Python, PHP, JavaScript and Swift, against the stack: those of all operations
# in the reference, those of the guides, and the receivers of webhooks.
#
#   MASK_TEST_ENV=FOLDER/quickstart.env sh Tests/samples.sh [WORD…]    only the samples in whose names all words are: createLink Swift
#
# Tests/run.sh calls it; by hand, bring up a stack with sh systemd/quickstart.sh --detach --dir FOLDER, with MASK_DNS_SERVERS=127.0.0.1:PORT, and
# give the same here: the name server of the domains is this test's. requests is kept in ~/.cache. Exits with 77 where PyPI cannot be reached,
# or mounts are not allowed.
#
# The names and the authority of the stack are known to the samples alone: they have an /etc/hosts and a list of authorities of their own, in a
# mount namespace. Of the machine nothing is changed.

set -eu
cd "$(dirname "$0")/.."
. Tests/common.sh
# shellcheck source=/dev/null
. "$MASK_TEST_ENV"

install_missing python3-venv php-cli php-curl
# Node.js is seldom Debian's.
command -v node >/dev/null || install_missing nodejs
[ "${MASK_TEST_ALL:-}" != 1 ] || command -v go >/dev/null || install_missing golang-go

version=2.32.5
tools=${XDG_CACHE_HOME:-$HOME/.cache}/mask-tests/requests-$version
if [ ! -e "$tools/complete" ]; then
  rm -rf "$tools"
  /usr/bin/python3 -m venv "$tools"
  "$tools/bin/pip" install -q --disable-pip-version-check --retries 1 "requests==$version" || exit 77
  touch "$tools/complete"
fi

folder=$(mktemp -d /tmp/mask-hosts.XXXXXX)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
host() { echo "$1" | sed 's|.*//||; s|[:/].*||'; }
echo "127.0.0.1 localhost $(host "$MASK_API_URL") $(host "$MASK_QUICKSTART_URL") $(host "$MASK_APP_URL")" >"$folder/hosts"

# Who is not root is root in a user namespace, for the mounts.
apart='unshare --mount'
[ "$(id -u)" = 0 ] || apart="$apart --map-root-user"
$apart true || exit 77
# URLSession reads the machine's list of authorities and no other.
# shellcheck disable=SC2016 # of the shell within
PYTHONDONTWRITEBYTECODE=1 REQUESTS_CA_BUNDLE=$MASK_CACERT NO_PROXY='*' $apart sh -c '
  mount --bind "$1/hosts" /etc/hosts
  mount --bind "$2" /etc/ssl/certs/ca-certificates.crt
  shift 2
  exec "$@"' sh "$folder" "$MASK_CACERT" "$tools/bin/python" Tests/Samples/run.py "$@"
