#!/bin/sh
# Writes the version of the dashboard's files into nginx/snippets/mask-app-tables.conf: browsers keep each file for as long as its
# version stays. With --check it only says whether it is the right one.
set -eu
cd "$(dirname "$0")"
version=$(find . -type f ! -name '*.sh' ! -name '*.md' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12)
tables=../snippets/mask-app-tables.conf
if [ "${1:-}" = --check ]; then
  grep -q "mask_version { default $version; }" $tables || { echo "Run nginx/www/version.sh: files of nginx/www have changed." >&2; exit 1; }
  exit
fi
sed -i "s/\(mask_version { default \)[0-9a-f]*;/\1$version;/" $tables
