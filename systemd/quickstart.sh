#!/bin/sh
# Brings up all of MASK on this machine, in a folder of its own, and shows that it works.
#
#   sh systemd/quickstart.sh            start, run the printed examples, stay until Ctrl-C
#   sh systemd/quickstart.sh status     what is running
#   sh systemd/quickstart.sh stop       end what was started, keep the data
#
#   --detach            return when everything runs, instead of staying in the foreground
#   --dir FOLDER        where data, logs and sockets live (default: .run in this repository)
#   --https-port N      default 8443
#   --http-port N       default 8080
#   --metrics-port N    for Prometheus; default: the one after --http-port
#   --reset             delete the data of an earlier start first; its certificate authority is kept
#   --install-only      install the Debian packages that are missing, and nothing else
#
# It needs Debian 13 or 12 and a Swift 6 toolchain, as root or with sudo, and no systemd. Nothing outside the folder is
# written but the packages, and services of this machine are neither started nor touched. Everything listens on
# 127.0.0.1 or on Unix sockets inside the folder.
#
# MASK_BIN=FOLDER uses the mask-worker and maskctl of that folder instead of building them.
# <dir>/quickstart.env tells other programs where everything is.

set -eu
umask 077

here=$(cd "$(dirname "$0")" && pwd -P)
root=${here%/*}
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

api_host=api.mask.localhost
link_host=mask.localhost
app_host=app.mask.localhost
brand_host=go.yourbrand.com

# g++ brings the libstdc++-N-dev of the release.
build_packages="g++ libc6-dev pkg-config libmariadb-dev libssl-dev libhiredis-dev libidn2-dev libc-ares-dev libcurl4-openssl-dev zlib1g-dev libpng-dev libturbojpeg0-dev libwebp-dev libzxcvbn-dev libqrencode-dev libcmark-gfm-dev libcmark-gfm-extensions-dev libsystemd-dev"
run_packages="mariadb-server mariadb-backup nginx redis-server curl openssl ca-certificates tzdata librsvg2-bin"

# Started by root, MariaDB wants to be told that it may go on as root.
user_option=--user=$(id -un)

# ---- words ---------------------------------------------------------------------------------------------------------

say() { printf '%s\n' "$*"; }
headline() { printf '\n\033[1m%s\033[0m\n' "$*"; }
step() { printf '  %-11s %s\n' "$1" "$2"; }
warn() { printf '\nquickstart: %s\n\n' "$*" >&2; }
fail() {
  printf 'quickstart: %s\n' "$*" >&2
  exit 1
}

# ---- options -------------------------------------------------------------------------------------------------------

read_options() {
  command=start detach='' reset='' dir=$root/.run https_port=8443 http_port=8080 metrics_port=''
  while [ $# -gt 0 ]; do
    case $1 in
      --dir | --https-port | --http-port | --metrics-port) [ -n "${2:-}" ] || fail "$1 needs a value." ;;
    esac
    case $1 in
      --dir) dir=$2; shift ;;
      --https-port) https_port=$2; shift ;;
      --http-port) http_port=$2; shift ;;
      --metrics-port) metrics_port=$2; shift ;;
      --detach) detach=yes ;;
      --reset) reset=yes ;;
      --install-only) command=install ;;
      --help | -h) command=help ;;
      start | stop | status) command=$1 ;;
      *) fail "There is no option \"$1\"; sh systemd/quickstart.sh --help lists them." ;;
    esac
    shift
  done
  case $http_port in *[!0-9]*) ;; *) : "${metrics_port:=$((http_port + 1))}" ;; esac
  for port in "$https_port" "$http_port" "$metrics_port"; do
    case $port in '' | *[!0-9]*) fail "A port is a number, not \"$port\"." ;; esac
  done
  case $dir in /*) ;; *) dir=$PWD/$dir ;; esac
  [ "${#dir}" -le 80 ] || fail "The path $dir is too long for Unix sockets; choose a shorter one with --dir."
}

# ---- packages ------------------------------------------------------------------------------------------------------

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Installs what is missing. Debian starts the services of fresh packages unless policy-rc.d forbids it, so for as long as
# the installation takes there is one that does, where the machine has none of its own.
install_packages() {
  missing=''
  for package in "$@"; do installed "$package" || missing="$missing $package"; done
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || fail "These Debian packages are needed, and this is not Debian:$missing"
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || fail "Run this as root, or install sudo; these packages are needed:$missing"
  step packages "installing$missing"
  policy=/usr/sbin/policy-rc.d
  made_policy=''
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    made_policy=yes
  fi
  outcome=0
  # shellcheck disable=SC2086 # the list is meant to be split
  { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $missing; } >"$log_of_packages" 2>&1 </dev/null || outcome=$?
  [ -z "$made_policy" ] || as_root rm -f "$policy"
  [ $outcome = 0 ] || fail "A package could not be installed: $(grep -E '^(E|Err):' "$log_of_packages" | head -1). See $log_of_packages"
}

# ---- the folder ----------------------------------------------------------------------------------------------------

prepare_folder() {
  if [ -n "$reset" ]; then
    for part in mariadb redis spool pages log nginx key secret.key mariadb.password mask.env quickstart.env; do rm -rf "${dir:?}/$part"; done
  fi
  mkdir -p "$dir/sockets" "$dir/processes" "$dir/spool" "$dir/pages" "$dir/log" "$dir/nginx" "$dir/redis" "$dir/tls" \
    "$dir/acme/webroot"
}

# Before anything is installed: without a toolchain nothing of it would help.
need_swift() {
  [ -n "${MASK_BIN:-}" ] || command -v swift >/dev/null ||
    fail "There is no swift here; install a Swift 6 toolchain from https://swift.org/install and put it on PATH."
}

find_programs() {
  if [ -n "${MASK_BIN:-}" ]; then
    bin=$MASK_BIN
  else
    step build "swift build -c release (minutes at first, seconds later)"
    for product in mask-worker mask-webhooks maskctl; do
      build $product >"$dir/log/build.log" 2>&1 </dev/null & building=$!
      show_progress $building $product
      wait $building ||
        fail "The build failed: $(grep -m1 'error:' "$dir/log/build.log" || tail -n1 "$dir/log/build.log"). See $dir/log/build.log"
    done
    bin=$(cd "$root" && swift build -c release --show-bin-path 2>/dev/null)
  fi
  for program in mask-worker mask-webhooks maskctl; do
    [ -x "$bin/$program" ] || fail "There is no $program in $bin (MASK_BIN)."
  done
}

build() { cd "$root" && exec swift build -c release --static-swift-stdlib --product "$1"; }

# Shows how far a build is for as long as it goes on: in one line that changes on a terminal, a line a minute elsewhere.
show_progress() {
  ticks=0
  while ! gone "$1"; do
    sleep 1
    ticks=$((ticks + 1))
    if [ -t 1 ]; then
      printf '\r  %-11s %-14s %s\033[K' "" "$2" "$(progress)"
    elif [ $((ticks % 60)) = 0 ]; then
      step "" "$2, $((ticks / 60)) min: $(progress)"
    fi
  done
  [ ! -t 1 ] || printf '\r\033[K'
}

# What the build says last, such as "[12/345] Compiling Model Link.swift".
progress() { tr '\r' '\n' <"$dir/log/build.log" | sed -n 's/^\(\[[0-9]*\/[0-9]*\] [^ ]* [^ ]*\).*/\1/p' | tail -n1; }

# The configuration of the programs, in the format of systemd/mask.env.
write_settings() {
  [ -e "$dir/secret.key" ] || openssl rand -hex 32 >"$dir/secret.key"
  [ -e "$dir/mariadb.password" ] || openssl rand -hex 32 >"$dir/mariadb.password"
  cat >"$dir/mask.env" <<EOF
MASK_API_HOST=$api_host
MASK_LINK_HOST=$link_host
MASK_APP_HOST=$app_host
MASK_CA_FILE=$dir/tls/ca.crt
MASK_LINK_PORT=$https_port
MASK_MARIADB_SOCKET=$dir/sockets/mariadb.sock
MASK_MARIADB_USER=mask
MASK_MARIADB_PASSWORD_FILE=$dir/mariadb.password
MASK_DATABASE=mask
MASK_MIGRATIONS=$root/sql/migrations
MASK_REDIS_SOCKET=$dir/sockets/redis.sock
MASK_SPOOL=$dir/spool
MASK_METRICS=$dir/metrics
MASK_JOBS=$dir/jobs
MASK_PAGES=$dir/pages
MASK_DOCS=$dir/docs
MASK_THEMES=$root/nginx/themes
MASK_SECRET_KEY_FILE=$dir/secret.key
# A receiver on this machine can be tried at once.
MASK_WEBHOOK_ADDRESSES=127.0.0.0/8,::1
MASK_WEBHOOK_PORTS=*
MASK_CERTIFICATES=$dir/tls
MASK_ACME_WEBROOT=$dir/acme/webroot
MASK_ACME_FOLDER=$dir/acme/certbot
MASK_WEBHOOK_HTTP=yes
EOF
  cat >"$dir/mariadb.cnf" <<EOF
!include $here/mariadb.cnf
[mariadbd]
datadir = $dir/mariadb
socket = $dir/sockets/mariadb.sock
pid-file = $dir/mariadb.pid
# Of its own: a server that starts removes the temporary tables of others that it finds.
tmpdir = $dir
skip-networking
EOF
  write_nginx_settings
  export MASK_CONFIG="$dir/mask.env"
}

# nginx/mask.conf as a sysadmin would edit it: hosts, ports and paths, nothing else.
write_nginx_settings() {
  # A screen names the version of its files: browsers have to take it for another one, whichever file has changed.
  touch "$root"/nginx/www/*.html 2>/dev/null || :
  ln -sfn "$root/nginx/snippets" "$dir/nginx/snippets"
  sed -e "s/listen 443 /listen 127.0.0.1:$https_port /" -e "s/listen 80\\b/listen 127.0.0.1:$http_port/" \
    -e "s/listen 127\\.0\\.0\\.1:9464/listen 127.0.0.1:$metrics_port/" -e '/listen \[::1\{0,1\}\]/d' \
    -e "s|unix:/run/mask/|unix:$dir/sockets/|" -e "s|/etc/mask/tls/|$dir/tls/|" \
    -e "s|/var/lib/mask/pages|$dir/pages|" -e "s|/var/lib/mask/acme|$dir/acme/webroot|" \
    -e "s|/var/log/nginx/mask-|$dir/log/nginx-|" -e "s/links\\.example\\.com/$link_host/g" \
    -e "s|https://api\\.example\\.com/docs/errors|https://$api_host:$https_port/docs/errors|" -e "s|root /var/lib/mask;|root $dir;|" \
    -e "s|https://app\\.example\\.com;|https://$app_host:$https_port;|" -e "s|/usr/share/mask/nginx/www|$root/nginx/www|" \
    -e "s/app\\.example\\.com/$app_host/g" -e "s/api\\.example\\.com/$api_host/g" "$root/nginx/mask.conf" >"$dir/nginx/mask.conf"
  sh "$here/nginx-http2.sh" "$dir/nginx/mask.conf"
  cat >"$dir/nginx/nginx.conf" <<EOF
$([ "$(id -u)" != 0 ] || echo "user root;")
daemon off;
worker_processes 2;
worker_rlimit_nofile 16384;
pid $dir/nginx/nginx.pid;
error_log $dir/log/nginx-error.log;
events { worker_connections 4096; }
http {
  client_body_temp_path $dir/nginx/body;
  fastcgi_temp_path $dir/nginx/fastcgi;
  proxy_temp_path $dir/nginx/proxy;
  scgi_temp_path $dir/nginx/scgi;
  uwsgi_temp_path $dir/nginx/uwsgi;
  include mask.conf;
}
EOF
}

# A certificate authority of our own, kept over the years, and a certificate for each name.
make_certificates() {
  tls=$dir/tls
  if [ ! -e "$tls/ca.crt" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -keyout "$tls/ca.key" -out "$tls/ca.crt" \
      -subj "/CN=MASK quick start CA" -addext basicConstraints=critical,CA:true \
      -addext keyUsage=critical,keyCertSign,cRLSign 2>"$dir/log/openssl.log" ||
      fail "openssl could not make a certificate authority; see $dir/log/openssl.log"
  fi
  for host in $api_host $link_host $app_host $brand_host localhost; do
    if openssl x509 -checkend 604800 -noout -in "$tls/$host.crt" >/dev/null 2>&1; then continue; fi
    {
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tls/$host.key" -out "$tls/$host.csr" -subj "/CN=$host"
      # With all that RFC 5280 wants: clients such as Python 3.13 take nothing less.
      printf '%s\n' "subjectAltName=DNS:$host,DNS:*.$host,DNS:localhost,IP:127.0.0.1" authorityKeyIdentifier=keyid \
        subjectKeyIdentifier=hash basicConstraints=critical,CA:false keyUsage=critical,digitalSignature \
        extendedKeyUsage=serverAuth >"$tls/names"
      openssl x509 -req -days 365 -in "$tls/$host.csr" -CA "$tls/ca.crt" -CAkey "$tls/ca.key" -CAcreateserial \
        -extfile "$tls/names" -out "$tls/$host.crt"
    } >"$dir/log/openssl.log" 2>&1 || fail "openssl could not make a certificate; see $dir/log/openssl.log"
  done
}

# ---- processes -----------------------------------------------------------------------------------------------------

services="mariadb redis worker-a worker-b nginx cron webhooks"

# How workers keep free memory: as the unit says.
allocation() { sed -n 's/^Environment=\(GLIBC_TUNABLES=\)/\1/p' "$root/systemd/mask-worker@.service"; }

# What each service runs.
run_service() {
  case $1 in
    mariadb) exec mariadbd --defaults-file="$dir/mariadb.cnf" "$user_option" ;;
    redis) exec redis-server --port 0 --unixsocket "$dir/sockets/redis.sock" --unixsocketperm 700 --dir "$dir/redis" \
      --save '' --maxmemory 64mb --maxmemory-policy volatile-ttl ;;
    worker-*) exec env "$(allocation)" "$bin/mask-worker" --listen "$dir/sockets/${1#worker-}.sock" ;;
    nginx) exec nginx -p "$dir/nginx" -c "$dir/nginx/nginx.conf" -e "$dir/log/nginx-error.log" ;;
    cron) while :; do
        { "$bin/maskctl" journal load && "$bin/maskctl" page sync && as mask-admin maskctl maintain; } || :
        sleep 60
      done ;;
    # What cron does with mask-webhooks: a run each minute, which the next one relieves.
    webhooks)
      now='' before='' nap=''
      trap 'kill -TERM $now $before $nap 2>/dev/null; wait; exit 0' TERM
      while :; do
        before=$now
        MASK_MARIADB_USER=mask-webhooks "$bin/mask-webhooks" --for 55 &
        now=$!
        sleep 60 &
        nap=$!
        wait $nap
      done ;;
  esac
}

# Runs a service for as long as this process lives, and starts it again whenever it ends. 78 is a mistake in the
# configuration (sysexits(3)): starting again would not help.
supervise() {
  echo $$ >"$dir/processes/$1.supervisor"
  trap 'trap "" TERM; kill -TERM $child 2>/dev/null; wait $child; rm -f "$dir/processes/$1".*; exit 0' TERM
  while :; do
    run_service "$1" >>"$dir/log/$1.log" 2>&1 </dev/null &
    child=$!
    echo $child >"$dir/processes/$1.pid"
    code=0
    wait $child || code=$?
    [ $code != 78 ] || exit 78
    sleep 0.05
  done
}

start_service() {
  : >>"$dir/log/$1.log"
  MASK_QUICKSTART_DIR=$dir MASK_QUICKSTART_BIN=$bin setsid sh "$here/quickstart.sh" supervise "$1" >/dev/null 2>&1 </dev/null &
}

# The supervisor of a service, if it is ours and alive.
supervisor() {
  pid=$(cat "$dir/processes/$1.supervisor" 2>/dev/null) || return 1
  tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q "quickstart.sh supervise $1 " && echo "$pid"
}

stop_services() {
  for service in webhooks cron nginx worker-a worker-b redis mariadb; do
    pid=$(supervisor $service) || continue
    kill -TERM "$pid" 2>/dev/null || :
    wait_until 40 "$service did not end" gone "$pid"
  done
}

# A process that has ended may stay as a zombie until its parent looks.
gone() {
  case $(sed -n 's/^State:[^A-Z]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) in '' | Z | X) true ;; *) false ;; esac
}

# wait_until SECONDS COMPLAINT COMMAND…: looks ten times a second.
wait_until() {
  tries=$(($1 * 10)) complaint=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || fail "$complaint; see $dir/log"
    sleep 0.1
  done
}

# ---- bringing it up ------------------------------------------------------------------------------------------------

port_is_free() {
  code=0
  curl -s -o /dev/null --max-time 1 "http://127.0.0.1:$1/" || code=$?
  [ $code = 7 ]
}

check_ports() {
  port_is_free "$https_port" || fail "Port $https_port is taken; choose another with --https-port."
  port_is_free "$http_port" || fail "Port $http_port is taken; choose another with --http-port."
  port_is_free "$metrics_port" || fail "Port $metrics_port is taken; choose another with --metrics-port."
}

start_stack() {
  if [ ! -d "$dir/mariadb/mysql" ]; then
    step mariadb "making a database folder"
    rm -rf "$dir/mariadb"
    TMPDIR=$dir mariadb-install-db --no-defaults --datadir="$dir/mariadb" --auth-root-authentication-method=normal --skip-test-db \
      "$user_option" >"$dir/log/mariadb-install.log" 2>&1 ||
      fail "mariadb-install-db failed; see $dir/log/mariadb-install.log"
  fi
  start_service mariadb
  start_service redis
  wait_until 60 "MariaDB did not start" mariadb_runs
  step mariadb "$dir/sockets/mariadb.sock"
  wait_until 10 "Redis did not start" redis-cli -s "$dir/sockets/redis.sock" ping
  step redis "$dir/sockets/redis.sock"
  make_accounts || fail "MariaDB's accounts could not be made; see $dir/log/mariadb.log"
  as mask-admin maskctl migrate >"$dir/log/migrate.log" 2>&1 || fail "$(tail -n1 "$dir/log/migrate.log")"
  "$bin/maskctl" docs render --source "$root/nginx/docs" --settings "$root/systemd/mask.env" >"$dir/log/docs.log" 2>&1 ||
    fail "$(tail -n1 "$dir/log/docs.log")"
  for service in worker-a worker-b nginx cron webhooks; do start_service $service; done
  wait_until 20 "nginx or the workers did not start" answers
  step workers "two pools, $dir/sockets/{a,b}.sock"
  step nginx "https://127.0.0.1:$https_port  http://127.0.0.1:$http_port"
}

# The accounts of sql/grants.sql. All programs run as one user here, so a password takes unix_socket's place; the accounts
# differ as on a server.
make_accounts() {
  password=$(cat "$dir/mariadb.password")
  { sed "s/IDENTIFIED VIA unix_socket/IDENTIFIED BY '$password'/" "$root/sql/grants.sql"
    for account in mask mask-webhooks mask-admin; do echo "ALTER USER '$account'@'localhost' IDENTIFIED BY '$password';"; done
  } | mariadb --no-defaults -uroot -S "$dir/sockets/mariadb.sock"
}

# as ACCOUNT PROGRAM ARGUMENT…: runs one of ours with another account than the workers'.
as() {
  account=$1 program=$2
  shift 2
  MASK_MARIADB_USER=$account "$bin/$program" "$@"
}

sql() { mariadb --no-defaults -uroot -S "$dir/sockets/mariadb.sock" -N -e "$1"; }
mariadb_runs() { sql "SELECT 1"; }
answers() { curl -sf -o /dev/null --max-time 2 "http://127.0.0.1:$http_port/readyz"; }

make_demo() {
  maskctl=$bin/maskctl
  "$maskctl" workspace show demo >/dev/null 2>&1 || "$maskctl" workspace create demo --name Demo --plan enterprise >/dev/null
  "$maskctl" domain list | grep -q "^$brand_host " || "$maskctl" domain add $brand_host --workspace demo >/dev/null
  if [ ! -s "$dir/key" ]; then
    "$maskctl" key create --workspace demo --name "quick start" --scopes all,keys:write,audit:read,domains:write,members:write --json |
      sed -n 's/.*"key": *"\(mk_live_[0-9A-Za-z]*\)".*/\1/p' >"$dir/key"
  fi
  key=$(cat "$dir/key")
  cat >"$dir/quickstart.env" <<EOF
MASK_API_URL=https://$api_host:$https_port/v1
MASK_QUICKSTART_URL=https://$link_host:$https_port/api/v1
MASK_LINK_URL=https://$link_host:$https_port
MASK_APP_URL=https://$app_host:$https_port
MASK_METRICS_URL=http://127.0.0.1:$metrics_port/metrics
MASK_API_KEY=$key
MASK_CACERT=$dir/tls/ca.crt
MASK_MARIADB_SOCKET=$dir/sockets/mariadb.sock
MASK_MARIADB_USER=root
MASK_DATABASE=mask
MASK_REDIS_SOCKET=$dir/sockets/redis.sock
MASK_BIN=$bin
MASK_CONFIG=$dir/mask.env
EOF
}

# ---- showing it ----------------------------------------------------------------------------------------------------

# curl as a client of this machine: our CA, and every name here.
client() {
  curl -sS --max-time 10 --cacert "$dir/tls/ca.crt" --noproxy '*' --connect-to "::127.0.0.1:$https_port" "$@"
}

api() { client -H "Authorization: Bearer $key" -H "Content-Type: application/json" "$@"; }

# member NAME: the text of a member of the JSON on standard input.
member() { sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" | head -n1; }

# What comes out otherwise than printed is said, and ends nothing.
run_demo() {
  # The reference prints a fixed year.
  expires_at=$(($(date -u +%Y) + 1))-12-31T23:59:59Z
  headline "Create a short link (reference)"
  say "  POST https://$api_host:$https_port/v1/links"
  answer=$(api "https://$api_host:$https_port/v1/links" -d '{
    "url": "https://example.com/long-page",
    "slug": "my-link",
    "domain": "'$brand_host'",
    "tags": ["campaign-q1"],
    "utm_source": "twitter",
    "utm_medium": "social",
    "expires_at": "'"$expires_at"'"
  }') || fail "The API does not answer; see $dir/log/worker-a.log"
  case $answer in
    *'"slug_taken"'*) # a second start: the link is there already, and may have expired
      first=$(api "https://$api_host:$https_port/v1/links?domain=$brand_host&search=my-link" | member id)
      answer=$(api -X PATCH "https://$api_host:$https_port/v1/links/$first" -d '{"expires_at": "'"$expires_at"'"}') ;;
  esac
  show "$answer"
  first=$(printf '%s' "$answer" | member id)
  follow "https://$brand_host:$https_port/my-link"

  headline "Create a short link (quick start)"
  say "  POST https://$link_host:$https_port/api/v1/links"
  answer=$(api "https://$link_host:$https_port/api/v1/links" -d '{"url": "https://example.com/long-url"}')
  show "$answer"
  second=$(printf '%s' "$answer" | member id)
  follow "https://$link_host:$https_port/$(printf '%s' "$answer" | member slug)"

  headline "Clicks"
  for id in "$first" "$second"; do
    (wait_until 15 "The click of $id did not arrive" clicked "$id") || warn "An example came out otherwise; the stack runs on."
    say "  $id  $(api "https://$api_host:$https_port/v1/links/$id" | member clicks)"
  done
}

clicked() { [ "$(api "https://$api_host:$https_port/v1/links/$1" | member clicks)" -ge 1 ]; }
show() { printf '%s\n' "$1" | sed 's/,"/,\n    "/g; s/^/  /'; }
follow() {
  answer=$(client -o /dev/null -w '%{http_code} %{redirect_url}' "$1") || :
  say "  GET $1  →  $answer"
  case $answer in 302*) ;; *) warn "$1 answered $answer instead of 302; the stack runs on." ;; esac
}

say_what_next() {
  headline "Next"
  # An owner's link, until there is an owner.
  if ! "$bin/maskctl" user list | grep -q '^owner@mask.localhost '; then
    "$bin/maskctl" user invite owner@mask.localhost | sed 's/^/  /'
    say "  Open it in a browser on this machine, and make your first key."
    say ""
  fi
  cat <<EOF
  . $dir/quickstart.env; export MASK_CONFIG
  curl --cacert \$MASK_CACERT "\$MASK_API_URL/analytics/clicks?group_by=browser" -H "Authorization: Bearer \$MASK_API_KEY"
  curl --cacert \$MASK_CACERT \$MASK_API_URL/openapi.json
  curl \$MASK_METRICS_URL
  \$MASK_BIN/maskctl doctor
  sh systemd/quickstart.sh stop      (with the same --dir, if you gave one)

  Programs of yours   Debian looks no *.localhost up, curl and browsers do by themselves:
                      echo '127.0.0.1 $api_host $link_host $app_host' | sudo tee -a /etc/hosts
                      and trust $dir/tls/ca.crt (SSL_CERT_FILE for most programs)
  Firefox             Settings, Privacy & Security, View Certificates, Authorities, Import: $dir/tls/ca.crt
  Chromium            certutil -d sql:\$HOME/.pki/nssdb -A -t C,, -n mask-quickstart -i $dir/tls/ca.crt
  From afar           ssh -L $https_port:127.0.0.1:$https_port $(uname -n), and open https://$link_host:$https_port/ there
EOF
}

# ---- commands ------------------------------------------------------------------------------------------------------

start() {
  need_swift
  log_of_packages=$(mktemp)
  [ -z "${MASK_BIN:-}" ] || build_packages=
  # shellcheck disable=SC2086 # lists are meant to be split
  install_packages $run_packages $build_packages
  rm -f "$log_of_packages"
  if supervisor mariadb >/dev/null; then fail "MASK is running in $dir already; sh systemd/quickstart.sh stop ends it."; fi
  check_ports
  prepare_folder
  trap 'code=$?; trap "" INT TERM; stop_services; exit $code' EXIT
  trap 'exit 130' INT HUP
  trap 'exit 143' TERM
  headline "MASK quick start"
  find_programs
  write_settings
  make_certificates
  start_stack
  make_demo
  run_demo
  say_what_next
  if [ -n "$detach" ]; then
    trap - EXIT
    return
  fi
  headline "Running. Ctrl-C ends it."
  while :; do sleep 3600 & wait $!; done
}

status() {
  code=0
  for service in $services; do
    if supervisor "$service" >/dev/null; then
      step "$service" "runs, process $(cat "$dir/processes/$service.pid")"
    else
      step "$service" "does not run"
      code=3
    fi
  done
  exit $code
}

if [ "${1:-}" = supervise ]; then
  dir=$MASK_QUICKSTART_DIR bin=$MASK_QUICKSTART_BIN
  export MASK_CONFIG="$dir/mask.env"
  supervise "$2"
fi
read_options "$@"
case $command in
  start) start ;;
  stop) stop_services ;;
  status) status ;;
  install)
    log_of_packages=$(mktemp)
    # shellcheck disable=SC2086
    install_packages $run_packages $build_packages
    rm -f "$log_of_packages" ;;
  help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0" ;;
esac
