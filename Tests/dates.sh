#!/bin/sh
# No test and no script has a date of a real year in it that lies ahead: on some day it would not, and the test would fail.
# Such a date is computed, or of 2099; where a test says itself what day it is, the line says "any day". The one that the
# public reference prints may stand where nothing depends on its lying ahead, which Tests/anyday.sh tries.
#
#   sh Tests/dates.sh

set -eu
cd "$(dirname "$0")/.."
ahead=$(grep -rnE '20[0-9]{2}-?(0[1-9]|1[0-2])-?[0-3][0-9]' Tests systemd .ci --include='*.swift' --include='*.sh' --include='*.py' \
  --include='*.yml' --include=run | grep -v 'any day' | sed 's/2026-12-31T23:59:59Z//g' | awk -v today="$(date -u +%Y%m%d)" '{
    rest = $0
    while (match(rest, /20[0-9][0-9]-?(0[1-9]|1[0-2])-?(0[1-9]|[12][0-9]|3[01])/)) {
      day = substr(rest, RSTART, RLENGTH)
      gsub(/-/, "", day)
      if (day > today && day < "20900000") { print; break }
      rest = substr(rest, RSTART + RLENGTH)
    }
  }')
[ -z "$ahead" ] || { printf '%s\nThese days lie ahead: compute them, or take 2099.\n' "$ahead" >&2; exit 1; }
echo "ok: no test waits for a day that passes"
