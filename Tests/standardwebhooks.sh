#!/bin/sh
# Python with the official library of Standard Webhooks, from PyPI, which is kept in ~/.cache.
#
#   sh Tests/standardwebhooks.sh PROGRAM [arguments]
#
# Needs python3-venv. Tests/EndToEnd/WebhookTests.swift calls it; Tests/run.sh leaves those out where it fails.

set -eu
version=1.1.0
tools=${XDG_CACHE_HOME:-$HOME/.cache}/mask-tests/standardwebhooks-$version
if [ ! -e "$tools/complete" ]; then
  rm -rf "$tools"
  /usr/bin/python3 -m venv "$tools"
  "$tools/bin/pip" install -q --disable-pip-version-check --retries 1 "standardwebhooks==$version"
  touch "$tools/complete"
fi
PYTHONDONTWRITEBYTECODE=1 exec "$tools/bin/python" "$@"
