#!/bin/sh
# Runs every test against a real MariaDB, Redis and nginx, which the quick start brings up in a folder of its own.
#
#   sh Tests/run.sh [arguments of swift test, such as --filter RedirectTests]
#
# Installs the Debian packages that are missing. Exits with the test runner's status. A part that cannot run here (no PyPI, no
# root) is told of loudly; with MASK_TEST_ALL=1, as in CI, it is an error.

set -eu
cd "$(dirname "$0")/.."
. Tests/common.sh

sh systemd/quickstart.sh --install-only
install_missing wrk python3-venv php-cli zbar-tools certbot pebble

sh Tests/dates.sh
sh Tests/purge.sh
swift build -c release --static-swift-stdlib --product mask-worker
swift build -c release --static-swift-stdlib --product mask-webhooks
swift build -c release --static-swift-stdlib --product maskctl
swift build --build-tests
MASK_BIN=$(swift build -c release --show-bin-path)
export MASK_BIN

not_tested() {
  printf '\n*** NOT TESTED: %s ***\n\n' "$*" >&2
  [ "${MASK_TEST_ALL:-}" != 1 ] || untested=yes
}

# The stack's name server, which the tests of domains are. While they do not run, nobody answers there.
MASK_DNS_SERVERS=127.0.0.1:$(free_port 29053)
export MASK_DNS_SERVERS

folder=$(mktemp -d /tmp/mask-test.XXXXXX)
finish() {
  status=$?
  trap - EXIT
  sh systemd/quickstart.sh stop --dir "$folder" || :
  if [ $status = 0 ]; then rm -rf "$folder"; else echo "The stack's logs are in $folder/log."; fi
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

sh systemd/quickstart.sh --detach --dir "$folder" --https-port "$(free_port 28443)" --http-port "$(free_port 28080)" >"$folder.log" ||
  { cat "$folder.log"; exit 1; }
rm -f "$folder.log"
export MASK_TEST_ENV="$folder/quickstart.env"

# Runs tests; what failed is said again at the end, where it is found.
tests() {
  { swift test --skip-build "$@" 2>&1 || echo $? >"$folder/failed"; } | tee "$folder/tests.log"
  [ -e "$folder/failed" ] || return 0
  printf '\n*** FAILED: ***\n'
  grep -A 3 -E '^✘|recorded an issue|: error: ' "$folder/tests.log" | tail -n 60
  exit "$(cat "$folder/failed")"
}

# part SCRIPT SENTENCE: runs it; the sentence is told where it cannot run, for want of PyPI.
part() {
  code=0
  sh "Tests/$1" || code=$?
  case $code in
    0) ;;
    77) not_tested "$2" ;;
    *) exit $code ;;
  esac
}

if [ $# -gt 0 ]; then
  tests "$@"
else
  untested=''
  sh Tests/anyday.sh
  # The end-to-end tests kill the servers that all others need, so they come last and alone.
  tests --skip EndToEndTests
  if sh Tests/standardwebhooks.sh -c 'import standardwebhooks'; then
    tests --filter EndToEndTests
  else
    tests --filter EndToEndTests --skip EndToEndTests/Webhooks/
    not_tested "Webhooks from end to end: the library of Standard Webhooks cannot be fetched from PyPI."
  fi
  part mail.sh "Mails over SMTP: aiosmtpd cannot be fetched from PyPI."
  part browser.sh "The dashboard in a browser: Playwright cannot be fetched from PyPI."
  part samples.sh "The samples of the documentation: requests cannot be fetched from PyPI, or mounts are not allowed."
  part clients.sh "Clients from the OpenAPI document: openapi-python-client cannot be fetched from PyPI."
  part schemathesis.sh "The API against its OpenAPI document: schemathesis cannot be fetched from PyPI."
  sh Tests/redis.sh
  [ -z "$untested" ] || { echo "Not everything was tested, and MASK_TEST_ALL is 1." >&2; exit 1; }
fi
