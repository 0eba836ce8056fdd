# A laboratory of several machines in one: network namespaces on a bridge, made by the parts that need more than one host
# (hosts.sh, galera.sh). They source this file; it does nothing by itself.
#
#   lab_enter "$0" "$@"      runs the calling script again inside namespaces of its own, and ends with it. Whatever it starts
#                            ends with it, too, and the networks of this machine are not touched.
#   machine NAME NUMBER      a machine with the address 10.77.0.NUMBER
#   on NAME COMMAND…         runs a command there
#   store NAME, redis NAME   MariaDB and Redis, over TCP
#   app_host NAME NUMBER     nginx, two workers, a spool, pages and certificates of its own, and its own mask.env
#
# It works as root, also in a container that may not make networks: a user namespace gives what is missing. MASK_BIN names
# the folder of the built programs; without it those of the installed package are taken.
# shellcheck shell=sh disable=SC2034,SC2154

here=$(cd "$(dirname "$0")" && pwd -P)
root=${here%/Tests/Host}
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
api_host=api.mask.test
link_host=mask.test

# ---- words ---------------------------------------------------------------------------------------------------------

fact() { printf '  ok   %s\n' "$*"; }
note() { printf '       %s\n' "$*"; }
headline() { printf '\n%s\n' "$*"; }
fail() {
  printf '  FAIL %s\n' "$*"
  [ -z "${lab:-}" ] || printf '       The logs are in %s\n' "$lab"
  exit 1
}

# wait_until SECONDS COMPLAINT COMMAND…: looks twenty times a second.
wait_until() {
  tries=$(($1 * 20)) complaint=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || fail "$complaint"
    sleep 0.05
  done
}

# Microseconds since 1970.
now() { date +%s%6N; }

# percentile P FILE: of numbers, a line each.
percentile() { sort -n "$2" | awk -v p="$1" '{ v[NR] = $1 } END { i = int(NR * p / 100 + 0.999999); print v[i < 1 ? 1 : i] }'; }

# ---- the namespaces ------------------------------------------------------------------------------------------------

lab_enter() {
  [ -z "${MASK_LAB:-}" ] || return 0
  [ "$(id -u)" = 0 ] || fail "Run this as root."
  find_programs
  lab=$(mktemp -d "${TMPDIR:-/var/tmp}/mask-lab.XXXXXX")
  chmod 755 "$lab"
  code=0
  if unshare --net --mount --pid --fork --mount-proc ip link add lab type bridge 2>/dev/null; then
    MASK_LAB=$lab unshare --net --mount --pid --fork --mount-proc --kill-child sh "$@" || code=$?
  else
    # A container without CAP_NET_ADMIN: in a user namespace there is one. All its ids are the same as outside.
    # shellcheck disable=SC2016 # for the inner shell
    MASK_LAB=$lab unshare --user sh -c 'until [ -e "$MASK_LAB/mapped" ]; do sleep 0.05; done
      exec unshare --net --mount --pid --fork --mount-proc --kill-child sh "$@"' sh "$@" &
    child=$!
    sleep 0.2
    if echo "0 0 4294967295" >/proc/$child/uid_map && echo "0 0 4294967295" >/proc/$child/gid_map; then
      touch "$lab/mapped"
    else
      kill $child
      fail "THIS MACHINE LETS NOBODY MAKE NETWORK NAMESPACES: NOTHING WAS TESTED."
    fi
    wait $child || code=$?
  fi
  [ $code = 0 ] || printf '  FAIL the laboratory has ended with %s\n' $code
  [ $code != 0 ] || [ -n "${MASK_LAB_KEEP:-}" ] || rm -rf "$lab"
  exit $code
}

# Inside: an empty place for the names of networks, and a bridge that all machines are at.
lab_begin() {
  lab=$MASK_LAB
  mount -t tmpfs lab /run && mkdir -p /run/netns /run/mysqld
  chmod 755 /run
  ip link set lo up
  ip link add lab type bridge
  ip addr add 10.77.0.254/24 dev lab
  ip link set lab up
  make_authority
}

machine() {
  mkdir -p "$lab/$1"
  ip netns add "$1"
  ip link add "lab-$1" type veth peer name eth0 netns "$1"
  ip link set "lab-$1" master lab up
  on "$1" ip link set lo up
  on "$1" ip addr add "10.77.0.$2/24" dev eth0
  on "$1" ip link set eth0 up
  eval "address_$1=10.77.0.$2"
}

address() { eval "echo \$address_$1"; }

on() {
  machine=$1
  shift
  nsenter --net="/run/netns/$machine" "$@"
}

# background NAME LOG COMMAND…: starts a command on a machine; its process id is in $started.
background() {
  machine=$1 log=$lab/$2
  shift 2
  nsenter --net="/run/netns/$machine" "$@" >>"$log" 2>&1 </dev/null &
  started=$!
}

# Silence between two machines: what they send each other goes nowhere, and no connection is refused.
part() {
  on "$1" ip neigh replace "$(address "$2")" lladdr 02:00:00:00:00:01 nud permanent dev eth0
  on "$2" ip neigh replace "$(address "$1")" lladdr 02:00:00:00:00:01 nud permanent dev eth0
}
join() {
  on "$1" ip neigh del "$(address "$2")" dev eth0
  on "$2" ip neigh del "$(address "$1")" dev eth0
}

# ---- the programs --------------------------------------------------------------------------------------------------

find_programs() {
  # In the machine of Tests/host.sh an earlier part may have taken the package away.
  if [ -z "${MASK_BIN:-}" ] && [ ! -x /usr/bin/maskctl ] && [ -d /packages ]; then
    install_now "$(find /packages -name 'mask_*_amd64.deb' ! -name '*+next*')" >/dev/null 2>&1 || fail "The package cannot be installed."
  fi
  if [ -n "${MASK_BIN:-}" ]; then
    worker=$MASK_BIN/mask-worker sender=$MASK_BIN/mask-webhooks maskctl=$MASK_BIN/maskctl
  else
    worker=/usr/lib/mask/mask-worker sender=/usr/bin/mask-webhooks maskctl=/usr/bin/maskctl
  fi
  for program in "$worker" "$sender" "$maskctl"; do
    [ -x "$program" ] || fail "There is no $program. Install the package mask, or set MASK_BIN to the folder of the programs."
  done
  export worker sender maskctl
}

# need PACKAGE…: installs what is missing, and starts no service of it.
need() {
  missing=''
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  policy=/usr/sbin/policy-rc.d made_policy=''
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    made_policy=yes
  fi
  outcome=0
  # shellcheck disable=SC2086 # the list is meant to be split
  { install_now $missing || { apt-get update -qq && install_now $missing; }; } >/dev/null 2>&1 </dev/null || outcome=$?
  [ -z "$made_policy" ] || rm -f "$policy"
  [ $outcome = 0 ] || fail "These packages cannot be installed:$missing"
}

install_now() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; }

# ---- MariaDB and Redis ---------------------------------------------------------------------------------------------

# store NAME [LINES]: MariaDB on a machine; the lines are added to its settings.
store() {
  folder=$lab/$1
  mkdir -p "$folder"
  cat >"$folder/my.cnf" <<END
[mariadbd]
datadir = $folder/data
socket = $folder/mariadb.sock
pid-file = $folder/mariadb.pid
tmpdir = $folder
bind-address = $(address "$1")
user = root
character-set-server = utf8mb4
default-time-zone = +00:00
innodb_flush_log_at_trx_commit = 1
innodb_buffer_pool_size = 256M
innodb_log_file_size = 128M
max_connections = 300
local_infile = 1
${2:-}
END
  TMPDIR=$folder mariadb-install-db --no-defaults --datadir="$folder/data" --auth-root-authentication-method=normal --skip-test-db \
    --user=root >"$folder/install.log" 2>&1 || fail "mariadb-install-db failed: $folder/install.log"
}

store_start() {
  name=$1
  shift
  background "$name" "$name/mariadb.log" mariadbd --defaults-file="$lab/$name/my.cnf" "$@"
  eval "server_$name=$started"
}

store_process() { cat "$lab/$1/mariadb.pid"; }

sql() { mariadb --no-defaults -uroot -S "$lab/$1/mariadb.sock" -N -e "$2"; }

make_database() {
  sql "$1" "CREATE DATABASE mask CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
    CREATE ROLE mask_worker; CREATE ROLE mask_sender;
    CREATE USER mask@'10.77.0.%' IDENTIFIED BY 'of the database'; GRANT ALL ON mask.* TO mask@'10.77.0.%' WITH GRANT OPTION"
}

# redis NAME [OPTION…]
redis() {
  name=$1
  shift
  mkdir -p "$lab/$name/redis"
  background "$name" "$name/redis.log" redis-server --bind "$(address "$name")" --port 6379 --dir "$lab/$name/redis" \
    --requirepass "of redis" --masterauth "of redis" --save '' "$@"
  eval "redis_$name=$started"
}

redis_answers() { on "$1" redis-cli -h "$(address "$1")" --no-auth-warning -a "of redis" ping | grep -q PONG; }

# ---- app hosts -----------------------------------------------------------------------------------------------------

make_authority() {
  mkdir -p "$lab/tls"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout "$lab/tls/ca.key" \
    -out "$lab/tls/ca.crt" -subj "/CN=MASK lab" -addext basicConstraints=critical,CA:true \
    -addext keyUsage=critical,keyCertSign,cRLSign 2>"$lab/tls/log"
  openssl rand -hex 32 >"$lab/secret.key"
  for host in $api_host $link_host; do
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$lab/tls/$host.key" -out "$lab/tls/$host.csr" \
      -subj "/CN=$host" 2>>"$lab/tls/log"
    # Python 3.13 trusts nobody whose certificate says less (VERIFY_X509_STRICT).
    printf '%s\n' "subjectAltName=DNS:$host" authorityKeyIdentifier=keyid >"$lab/tls/names"
    openssl x509 -req -days 30 -in "$lab/tls/$host.csr" -CA "$lab/tls/ca.crt" -CAkey "$lab/tls/ca.key" -CAcreateserial \
      -extfile "$lab/tls/names" -out "$lab/tls/$host.crt" 2>>"$lab/tls/log"
  done
}

# app_host NAME NUMBER: writes its files. $database_host and $redis_lines say where the others are.
app_host() {
  folder=$lab/$1
  mkdir -p "$folder/spool" "$folder/pages" "$folder/tls" "$folder/acme" "$folder/sockets" "$folder/nginx" "$folder/log"
  cp "$lab/tls/$api_host.crt" "$lab/tls/$api_host.key" "$lab/tls/$link_host.crt" "$lab/tls/$link_host.key" "$folder/tls"
  cat >"$folder/mask.env" <<END
MASK_API_HOST=$api_host
MASK_LINK_HOST=$link_host
MASK_MARIADB_HOST=$database_host
MASK_MARIADB_USER=mask
MASK_MARIADB_PASSWORD=of the database
MASK_MARIADB_TLS=no
MASK_DATABASE_CONNECTIONS=16
MASK_MIGRATIONS=$root/sql/migrations
$redis_lines
MASK_REDIS_PASSWORD=of redis
MASK_WORKERS=4
MASK_THREADS=160
MASK_SPOOL=$folder/spool
MASK_PAGES=$folder/pages
MASK_THEMES=$root/nginx/themes
MASK_SECRET_KEY_FILE=$lab/secret.key
MASK_WEBHOOK_ADDRESSES=10.77.0.0/24
MASK_WEBHOOK_PORTS=*
MASK_WEBHOOK_HTTP=yes
MASK_CERTIFICATES=$folder/tls
MASK_ACME_WEBROOT=$folder/acme
MASK_ACME_FOLDER=$folder/acme/certbot
END
  write_site "$folder"
}

# nginx/mask.conf as a sysadmin would edit it.
write_site() {
  ln -sfn "$root/nginx/snippets" "$1/nginx/snippets"
  sed -e '/listen \[::\]/d' -e "s|unix:/run/mask/|unix:$1/sockets/|" -e "s|/etc/mask/tls/|$1/tls/|" \
    -e "s|/var/lib/mask/pages|$1/pages|" -e "s|/var/lib/mask/acme|$1/acme|" -e "s|/var/log/nginx/mask-|$1/log/nginx-|" \
    -e "s|127.0.0.1/32  0|10.77.0.0/24  0|" -e "s/links\\.example\\.com/$link_host/g" -e "s/api\\.example\\.com/$api_host/g" \
    "$root/nginx/mask.conf" >"$1/nginx/mask.conf"
  sh "$root/systemd/nginx-http2.sh" "$1/nginx/mask.conf"
  cat >"$1/nginx/nginx.conf" <<END
user root;
daemon off;
worker_processes 1;
pid $1/nginx/nginx.pid;
error_log $1/log/nginx-error.log;
events { worker_connections 2048; }
http {
  client_body_temp_path $1/nginx/body;
  fastcgi_temp_path $1/nginx/fastcgi;
  proxy_temp_path $1/nginx/proxy;
  scgi_temp_path $1/nginx/scgi;
  uwsgi_temp_path $1/nginx/uwsgi;
  include mask.conf;
}
END
}

# How workers keep free memory: as the unit says.
allocation=$(sed -n 's/^Environment=\(GLIBC_TUNABLES=\)/\1/p' "$root/systemd/mask-worker@.service")

# app_worker NAME POOL: starts one pool of a host; its process id is in worker_NAME_POOL.
app_worker() {
  background "$1" "$1/log/worker-$2.log" env MASK_CONFIG="$lab/$1/mask.env" "$allocation" \
    "$worker" --listen "$lab/$1/sockets/$2.sock"
  eval "worker_$1_$2=$started"
}

app_start() {
  app_worker "$1" a
  app_worker "$1" b
  background "$1" "$1/log/nginx.log" nginx -p "$lab/$1/nginx" -c "$lab/$1/nginx/nginx.conf" -e "$lab/$1/log/nginx-error.log"
  eval "nginx_$1=$started"
  wait_until 20 "the workers of $1 did not start" app_answers "$1"
}

# Not 502: a worker has to be there.
app_answers() {
  [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 2 -H "Host: $link_host" "http://$(address "$1")/robots.txt")" = 200 ]
}

# What systemd and cron would run on a host, every five seconds in place of every minute.
app_cron() {
  background "$1" "$1/log/cron.log" env MASK_CONFIG="$lab/$1/mask.env" sh -c '
    while :; do
      '"$2"'
      sleep 5
    done'
  eval "cron_$1=$started"
}

# ctl HOST WORD…: maskctl on a host.
ctl() {
  machine=$1
  shift
  MASK_CONFIG=$lab/$machine/mask.env on "$machine" "$maskctl" "$@"
}

# ctl_sender HOST OPTION…: mask-webhooks on a host.
ctl_sender() {
  machine=$1
  shift
  MASK_CONFIG=$lab/$machine/mask.env on "$machine" "$sender" "$@"
}

# member NAME: the text of the first member of that name in the JSON on standard input.
member() { sed -n "s/.*\"$1\": *\"\{0,1\}\([^\",}]*\).*/\1/p" | head -n1; }

# api HOST METHOD PATH [JSON] [CURL OPTION…]: the answer of the API; its status is in $lab/status.
api() {
  machine=$1 method=$2 path=$3 body=${4:-}
  [ $# -lt 4 ] || shift
  shift 3
  curl -sS --max-time 40 --cacert "$lab/tls/ca.crt" --connect-to "::$(address "$machine"):443" -X "$method" \
    -H "Authorization: Bearer $key" ${body:+-H "Content-Type: application/json" --data-binary "$body"} \
    -o - -w '%{stderr}%{http_code}' "$@" "https://$api_host/v1$path" 2>"$lab/status"
}

# visit HOST PATH: status and destination, over plain HTTP as visitors come.
visit() {
  curl -s -o /dev/null --max-time 20 -w '%{http_code} %{redirect_url}' -H "Host: ${3:-$link_host}" "http://$(address "$1")$2"
}

# watch HOST PATH SECONDS FILE [RATE]: a visitor in the background, see lab.py.
watch() { python3 "$here/lab.py" visit "$(address "$1")" $link_host "$2" "$3" "${5:-300}" >"$4" & }
