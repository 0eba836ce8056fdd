#!/bin/sh
# Mails over SMTP to a real server: STARTTLS with and without a password, and certificates that are refused.
#
#   MASK_BIN=FOLDER sh Tests/mail.sh
#
# Tests/run.sh calls it. aiosmtpd comes from PyPI and is kept in ~/.cache. Needs python3-venv. Exits with 77 where PyPI cannot be
# reached.

set -eu
cd "$(dirname "$0")/.."
version=1.4.6
tools=${XDG_CACHE_HOME:-$HOME/.cache}/mask-tests/aiosmtpd-$version
if [ ! -e "$tools/complete" ]; then
  rm -rf "$tools"
  /usr/bin/python3 -m venv "$tools"
  "$tools/bin/pip" install -q --disable-pip-version-check --retries 1 "aiosmtpd==$version" || exit 77
  touch "$tools/complete"
fi
PYTHONDONTWRITEBYTECODE=1 exec "$tools/bin/python" Tests/Mail/smtp.py
