#!/bin/sh
# The quick start five years from now: no date in it, and none that it writes, may lie behind that day.
#
#   MASK_BIN=FOLDER sh Tests/anyday.sh
#
# faketime moves the clock of every program of the stack, MariaDB's and nginx's included, but for Redis', whose allocator
# (jemalloc) asks for the time before faketime is ready; how long things take is not moved. Tests/run.sh calls it. Installs faketime where it is missing.

set -eu
cd "$(dirname "$0")/.."
. Tests/common.sh
library=/usr/lib/$(uname -m)-linux-gnu/faketime/libfaketimeMT.so.1
install_missing faketime

folder=$(mktemp -d /tmp/mask-anyday.XXXXXX)
# For the quick start and what it starts, which outlives this script. The workers wait by the monotonic clock
# (pthread_cond_timedwait): it is not moved, and faketime is to convert nothing for it.
later() { env LD_PRELOAD="$library" FAKETIME=+5y FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_FORCE_MONOTONIC_FIX=0 "$@"; }
finish() {
  status=$?
  trap - EXIT
  sh systemd/quickstart.sh stop --dir "$folder" || :
  # The quick start has given the screens the time of then.
  touch nginx/www/*.html
  if [ $status = 0 ]; then rm -rf "$folder" "$folder.log"; else cat "$folder.log"; echo "The stack's logs are in $folder/log."; fi
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir "$folder/bin"
for program in redis-server redis-cli; do
  printf '#!/bin/sh\nexec env -u LD_PRELOAD %s "$@"\n' "$(command -v $program)" >"$folder/bin/$program"
  chmod 755 "$folder/bin/$program"
done
PATH=$folder/bin:$PATH

year=$(later date -u +%Y)
[ "$year" -gt "$(($(date -u +%Y) + 3))" ]
later sh systemd/quickstart.sh --detach --dir "$folder" --https-port "$(free_port 28743)" --http-port "$(free_port 28780)" \
  >"$folder.log" 2>&1
grep -q "\"expires_at\":\"$((year + 1))-12-31T23:59:59Z\"" "$folder.log"
[ "$(grep -c '  →  302 https://example.com/' "$folder.log")" = 2 ]
[ "$(grep -cE '^  lnk_[0-9a-z]{26}  [1-9]' "$folder.log")" = 2 ]
if grep '^quickstart:' "$folder.log"; then exit 1; fi
echo "ok: the quick start in $year"
