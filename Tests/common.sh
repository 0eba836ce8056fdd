# shellcheck shell=sh
# What the scripts of the tests share; they read it with ".".

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# install_missing PACKAGE…: Debian's packages, those that are not there.
install_missing() {
  missing=''
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  as_root apt-get update -qq
  # shellcheck disable=SC2086 # a list
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null </dev/null
}

# free_port FIRST: the first one from there on that nobody listens on.
free_port() {
  port=$1
  while code=0 && curl -s -o /dev/null --max-time 1 "http://127.0.0.1:$port/" || code=$? && [ $code != 7 ]; do
    port=$((port + 1))
  done
  echo "$port"
}
