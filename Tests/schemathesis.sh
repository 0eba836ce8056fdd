#!/bin/sh
# Proves that the API is what /v1/openapi.json says: schemathesis sends each operation, through nginx, requests that the
# document allows and requests that it forbids, and holds the answers against it. No 5xx, no drift.
#
#   MASK_TEST_ENV=FOLDER/quickstart.env sh Tests/schemathesis.sh [further options of schemathesis run]
#
# Tests/run.sh calls it; by hand, bring up a stack with sh systemd/quickstart.sh --detach --dir FOLDER. It works in a
# workspace of its own. Needs python3-venv; schemathesis is kept in ~/.cache. Exits with schemathesis' status; with 77 where PyPI
# cannot be reached to fetch it.
#
# What it makes up are endpoints, too, at names anywhere: the stack's sender is stopped before, and stays so.

set -eu
tests=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=/dev/null
. "$MASK_TEST_ENV"
export MASK_CONFIG

version=4.32.5
tools=${XDG_CACHE_HOME:-$HOME/.cache}/mask-tests/schemathesis-$version
if [ ! -e "$tools/complete" ]; then
  rm -rf "$tools"
  /usr/bin/python3 -m venv "$tools"
  "$tools/bin/pip" install -q --disable-pip-version-check --retries 1 "schemathesis==$version" || exit 77
  touch "$tools/complete"
fi

supervisor=$(cat "$(dirname "$MASK_CONFIG")/processes/webhooks.supervisor" 2>/dev/null || :)
if [ -n "$supervisor" ] && kill -TERM "$supervisor" 2>/dev/null; then
  while kill -0 "$supervisor" 2>/dev/null && [ "$(sed -n 's/^State:[^A-Z]*\(.\).*/\1/p' "/proc/$supervisor/status")" != Z ]; do sleep 0.1; done
fi

folder=$(mktemp -d /tmp/mask-schemathesis.XXXXXX)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$folder" # schemathesis leaves folders behind where it runs

workspace=schemathesis-$$
"$MASK_BIN/maskctl" workspace create "$workspace" --plan enterprise >/dev/null
"$MASK_BIN/maskctl" workspace limit "$workspace" 900000000 >/dev/null
# Its plan is changed as well, so that quotas of its own hold.
for quota in links domains bio_pages images qr_codes api_keys members webhooks idempotency_bytes; do
  "$MASK_BIN/maskctl" workspace quota "$workspace" $quota 100000000 >/dev/null
done
"$MASK_BIN/maskctl" member add owner@example.com --workspace "$workspace" --role owner >/dev/null
key=$("$MASK_BIN/maskctl" key create --workspace "$workspace" --name schemathesis --member owner@example.com \
  --scopes all,keys:write,audit:read,domains:write,members:write --json | sed -n 's/.*"key": *"\([^"]*\)".*/\1/p')

# Debian's resolver knows localhost, but no name below it: place URL sets host and base.
place() {
  base=${1#https://}
  host=${base%%:*}
  base=https://localhost:${base#*:}
}

# run_schemathesis FILE OPTION…
run_schemathesis() {
  document=$1
  shift
  SCHEMATHESIS_HOOKS="$tests/schemathesis_hooks.py" PYTHONDONTWRITEBYTECODE=1 NO_PROXY='*' \
    "$tools/bin/schemathesis" --config-file /dev/null run "$document" --url "$base" --tls-verify "$MASK_CACERT" \
    -H "Host: $host" -H "Authorization: Bearer $key" --output-sanitize false --seed 1 --continue-on-failure \
    --generation-database none --request-timeout 10 --no-color "$@"
}

place "$MASK_API_URL"
# From a file, for schemathesis leaves out the operation that its document comes from.
curl -sS -f -o served.json --noproxy '*' --cacert "$MASK_CACERT" -H "Host: $host" "$base/openapi.json"
"$tools/bin/python" "$tests/schemathesis_closed.py" <served.json >openapi.json

# All checks but object_level_authorization, which wants two identities (the API's own tests have them), and those that
# schemathesis_hooks.py has in a form that knows the rules no schema can state.
run_schemathesis openapi.json \
  --checks all --exclude-checks positive_data_acceptance,negative_data_rejection,object_level_authorization \
  --phases examples,coverage,fuzzing,stateful --max-examples 200 "$@"

# The quick start's dialect: the same operations with names in camelCase. What it answers has no document, so only the server's
# own faults are looked for.
"$tools/bin/python" "$tests/schemathesis_camelcase.py" <openapi.json >quickstart.json
place "$MASK_QUICKSTART_URL"
run_schemathesis quickstart.json --checks not_a_server_error,ignored_auth --phases examples,coverage,fuzzing --max-examples 10 "$@"
